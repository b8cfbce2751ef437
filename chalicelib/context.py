"""Who calls, when, and where new ids come from: all that a use case may not make up by itself."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from chalicelib.rules import ids

#: Levels of a caller, weakest first: a stranger has shown no credential, the system is a job that no caller asked for.
#: A dialect's own api levels stay in its folder.
STRANGER, VISITOR, AGENT, ADMIN, SYSTEM = "stranger", "visitor", "agent", "admin", "system"
LEVELS = (STRANGER, VISITOR, AGENT, ADMIN, SYSTEM)


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of a credential.

    `person` and `number` are None where the credential belongs to a program, not a person;
    `client` is the label that the credential was issued under, and means something only to the dialect that issued it;
    `token` is the digest of the credential; `generation` says how often the person's logins had been ended before it.
    `issuer` is the label of the client for whose secret it was given, empty where it was given for something else, and
    `issuer_generation` says how often that secret had been renewed. `family` is the login that it descends from.
    """

    account: str
    level: str
    person: str | None = None
    number: int | None = None
    client: str = ""
    token: str = ""
    token_version: int = 0
    issuer: str = ""
    issuer_version: int = 0
    family: str = ""
    #: What an agent may do beyond their level (desk.access), where this call has read it already.
    permissions: tuple[str, ...] | None = None

    def at_least(self, level: str) -> bool:
        """Whether the caller's level is `level` or above."""
        return LEVELS.index(self.level) >= LEVELS.index(level)


def clock() -> int:
    """Epoch milliseconds, UTC."""
    return time.time_ns() // 1_000_000


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0, 0.01 * 2 ** min(attempt, 5)))  # noqa: S311 (spreads writers, hides nothing)


@dataclass(frozen=True, slots=True)
class Context:
    """One call's circumstances. `now` is epoch milliseconds, UTC, and stands still during the call."""

    caller: Caller
    now: int = field(default_factory=lambda: clock())
    entropy: Callable[[int], bytes] = os.urandom
    #: Waits a random moment before the given attempt (0, 1, …) of a contended write.
    pause: Callable[[int], None] = _pause
    #: The network address that the call came from, as the gateway saw it; empty where no client called.
    source: str = ""

    @property
    def account(self) -> str:
        """The account that every key of this call starts with."""
        return self.caller.account

    def new_id(self) -> str:
        """A new UUIDv7 text, its time part from `now`."""
        return ids.uuid7(self.now, self.entropy(10))

    def secret(self) -> str:
        """A new random secret: 256 bits as 43 url-safe characters."""
        return ids.secret(self.entropy(32))

    def as_person(self, person: str, number: int | None) -> "Context":
        """The same circumstances, the caller being this person."""
        return replace(self, caller=replace(self.caller, person=person, number=number))

    def acting(self, caller: Caller) -> "Context":
        """The same circumstances with another caller."""
        return replace(self, caller=caller)

    def not_before(self, moment: int) -> "Context":
        """The same circumstances, at a moment (epoch milliseconds) at the earliest."""
        return self if self.now >= moment else replace(self, now=moment)


def stranger(source: str = "") -> Context:
    """A context for a client that has shown no credential yet, by its network address."""
    return Context(Caller("", STRANGER), source=source)


def system(account: str = "") -> Context:
    """A context for work that no caller asked for: queue, stream and schedule lambdas."""
    return Context(Caller(account, SYSTEM))
