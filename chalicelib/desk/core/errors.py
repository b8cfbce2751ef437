"""Errors: what can go wrong, without HTTP. Each dialect says these in its own words."""


class DeskError(Exception):
    """Base of all errors that are shown to a caller."""


class NotAuthenticated(DeskError):
    """No credential, or one that is unknown or has expired."""


class Locked(NotAuthenticated):
    """Too many wrong passwords. None is checked for this many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many wrong passwords; try again in {seconds} seconds")
        self.seconds = seconds


class TooMany(DeskError):
    """More than a limit allows (desk/core/rate_limits.py). It may be asked for again after this many seconds."""

    def __init__(self, what: str, seconds: int) -> None:
        super().__init__(f"too many {what}; try again in {seconds} seconds")
        self.what, self.seconds = what, seconds


#: Why something is forbidden, where a dialect has words of its own for it.
NOT_ADMIN, NOT_OWNER, IS_OWNER, IS_AGENT, WRONG_PASSWORD = "not_admin", "not_owner", "is_owner", "is_agent", "wrong_password"


class Forbidden(DeskError):
    """A known caller may not do this. `what` says what; `why` is empty or one of the words above."""

    def __init__(self, what: str, why: str = "") -> None:
        super().__init__(what)
        self.what, self.why = what, why


class NotFound(DeskError):
    """The caller's account has no such thing, or the caller may not see it."""

    def __init__(self, kind: str, name: str | int) -> None:
        super().__init__(f"no such {kind}: {name}")
        self.kind, self.name = kind, name


class Missing(DeskError):
    """A required field was not given."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is required")
        self.field = field


class Invalid(DeskError):
    """A field has a value that it can't have. `field` is empty if the whole body is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field, self.reason = field, reason


class Unavailable(Invalid):
    """An agent who is named to serve does not exist, or is switched off or removed."""


class Exists(DeskError):
    """Such a thing exists already: `id`."""

    def __init__(self, kind: str, id_: str) -> None:
        super().__init__(f"{kind} exists: {id_}")
        self.kind, self.id = kind, id_


class Conflict(DeskError):
    """Somebody else has changed the thing, or it was asked for differently before."""


class InProgress(Conflict):
    """The same is being done at this moment. It may be asked for again after this many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"the same request is being served; try again in {seconds} seconds")
        self.seconds = seconds


class Stale(DeskError):
    """The caller's copy (its version, its ETag) is not the latest one. Nothing was changed."""
