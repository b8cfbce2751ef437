"""What can go wrong, as facts. No HTTP here: each dialect says these in its own words."""


class DeskError(Exception):
    """Base of all that a caller can be told."""


class NotAuthenticated(DeskError):
    """No credential, or one that is unknown or has expired."""


class Locked(NotAuthenticated):
    """Too many wrong passwords: none is looked at for so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many wrong passwords; try again in {seconds} seconds")
        self.seconds = seconds


class TooMany(DeskError):
    """More was asked for than a limit allows (desk/core/rate_limits.py); it may be asked for again after so many seconds."""

    def __init__(self, what: str, seconds: int) -> None:
        super().__init__(f"too many {what}; try again in {seconds} seconds")
        self.what, self.seconds = what, seconds


#: Why something is forbidden, where a dialect has words of its own for it.
NOT_ADMIN, NOT_OWNER, IS_OWNER, IS_AGENT, WRONG_PASSWORD = "not_admin", "not_owner", "is_owner", "is_agent", "wrong_password"


class Forbidden(DeskError):
    """A known caller may not do this. `what` says what, `why` is empty or one of the words above."""

    def __init__(self, what: str, why: str = "") -> None:
        super().__init__(what)
        self.what, self.why = what, why


class NotFound(DeskError):
    """There is no such thing in the caller's account, or none that he may see."""

    def __init__(self, kind: str, name: str | int) -> None:
        super().__init__(f"no such {kind}: {name}")
        self.kind, self.name = kind, name


class Missing(DeskError):
    """A required field was not given."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is required")
        self.field = field


class Invalid(DeskError):
    """A field has a value that it can't have. `field` is empty where the body as a whole is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field, self.reason = field, reason


class Unavailable(Invalid):
    """An agent who is named to serve is unknown, switched off or removed."""


class Exists(DeskError):
    """Such a thing is there already: `id`."""

    def __init__(self, kind: str, id_: str) -> None:
        super().__init__(f"{kind} exists: {id_}")
        self.kind, self.id = kind, id_


class Conflict(DeskError):
    """The thing has been changed by another, or was asked for differently before."""


class Stale(DeskError):
    """The caller's copy (its version, its ETag) is not the latest one; nothing was changed."""
