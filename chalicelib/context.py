"""Context: who calls, the time, and the source of new ids and randomness. A use case takes these from here alone."""

import os
import random
import time
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from chalicelib.models.stamps import Stamp
from chalicelib.rules import ids
from chalicelib.rules.actors import TRIGGER, Actor, pack
from chalicelib.rules.status import CONTACT, MACHINE, STAFF

#: Levels of a caller, weakest first. A stranger has shown no credential; the system is a queue, stream or schedule lambda.
#: A dialect's own api levels stay in its folder.
STRANGER, VISITOR, AGENT, ADMIN, SYSTEM = "stranger", "visitor", "agent", "admin", "system"
LEVELS = (STRANGER, VISITOR, AGENT, ADMIN, SYSTEM)


class Caller(msgspec.Struct, frozen=True):
    """The holder of a credential. `person` and `number` (their integer id) are None for a program.

    `client` is the label under which the credential was issued; only the dialect that issued it knows its meaning. `token` is
    the credential's digest, `token_version` the person's when it was issued. `issuer` is the label of the client whose secret
    it was issued for (empty for none), and `issuer_version` that client's token version then. `family` is the login that it
    descends from.
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
        """Returns whether the caller's level is `level` or above."""
        return LEVELS.index(self.level) >= LEVELS.index(level)


def clock() -> int:
    """Returns the time now: epoch milliseconds, UTC."""
    return time.time_ns() // 1_000_000


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0, 0.01 * 2 ** min(attempt, 5)))  # noqa: S311 (spreads writers, hides nothing)


class Context(msgspec.Struct, frozen=True):
    """The circumstances of one call. `now` is epoch milliseconds, UTC, and stands still during the call."""

    caller: Caller
    now: int = msgspec.field(default_factory=lambda: clock())
    entropy: Callable[[int], bytes] = os.urandom
    #: Waits a random moment before the given attempt (0, 1, …) of a contended write.
    pause: Callable[[int], None] = _pause
    #: The network address that the call came from, as the gateway saw it; empty where no client called.
    source: str = ""
    #: The API through which it was called, empty for the desk's own work.
    dialect: str = ""
    #: Number of the trigger in whose name the desk acts, 0 for none.
    trigger: int = 0

    @property
    def stamp(self) -> Stamp:
        """Who writes something in this call, and when."""
        caller = self.caller
        if self.trigger:
            return Stamp(self.now, pack(Actor(TRIGGER, self.trigger)))
        if caller.person is None and caller.level != VISITOR:
            return Stamp(self.now, pack(Actor(MACHINE, 0, self.dialect)))
        return Stamp(self.now, pack(Actor(CONTACT if caller.level == VISITOR else STAFF, caller.number or 0, self.dialect)))

    @property
    def account(self) -> str:
        """The account that every key of this call starts with."""
        return self.caller.account

    def new_id(self) -> str:
        """Returns a new UUIDv7 whose time is `now`."""
        return ids.uuid7(self.now, self.entropy(10))

    def secret(self) -> str:
        """Returns a new random secret: 256 bits as 43 url-safe characters."""
        return ids.secret(self.entropy(32))

    def as_person(self, person: str, number: int | None) -> "Context":
        """Returns the same context with this person as its caller."""
        return replace(self, caller=replace(self.caller, person=person, number=number))

    def acting(self, caller: Caller) -> "Context":
        """Returns the same context with another caller."""
        return replace(self, caller=caller)

    def not_before(self, moment: int) -> "Context":
        """Returns the same context at this moment (epoch milliseconds) or later."""
        return self if self.now >= moment else replace(self, now=moment)


def stranger(source: str = "", dialect: str = "") -> Context:
    """Returns a context for a client that has shown no credential, by its network address and the API that it calls."""
    return Context(Caller("", STRANGER), source=source, dialect=dialect)


def system(account: str = "") -> Context:
    """Returns a context for work that nobody has called for: queue, stream and schedule lambdas."""
    return Context(Caller(account, SYSTEM))
