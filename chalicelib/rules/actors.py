"""Actors: who changed a conversation, and through which API, as one number that its row keeps."""

from typing import NamedTuple

from chalicelib.rules.status import CONTACT, MACHINE, STAFF

#: A trigger of the account. Its `number` is the trigger's.
TRIGGER = "trigger"
_KINDS = (MACHINE, CONTACT, STAFF, TRIGGER)
#: What writes history: the import of an account. Nothing that it writes happens now. Its number is 1 while more is to follow at
#: once, which the search waits for.
IMPORT = "Import"
#: APIs by their digit; the empty name is the desk itself.
_DIALECTS = ("", "PPMessage", "Anytime", "OneView", "LiveChat", IMPORT)
_PLACES = 100


class Actor(NamedTuple):
    """Who acts: a contact, an agent, a trigger or the system. `number` is the integer id, 0 for the system; `dialect` is the
    API's name.
    """

    kind: str = MACHINE
    number: int = 0
    dialect: str = ""


def pack(actor: Actor) -> int:
    """Returns an actor as a number."""
    dialect = _DIALECTS.index(actor.dialect) if actor.dialect in _DIALECTS else 0
    return actor.number * _PLACES + _KINDS.index(actor.kind) * 10 + dialect


def unpack(number: int) -> Actor:
    """Returns the actor of a number that `pack` made."""
    person, place = divmod(number, _PLACES)
    kind, dialect = divmod(place, 10)
    return Actor(_KINDS[kind], person, _DIALECTS[dialect])


def range_of(person: int) -> tuple[int, int]:
    """Returns the least and the greatest number of what a person did, as a contact or as an agent; 0 is the desk itself."""
    kinds = (MACHINE, MACHINE) if person == 0 else (CONTACT, STAFF)
    least, greatest = (person * _PLACES + _KINDS.index(kind) * 10 for kind in kinds)
    return least, greatest + len(_DIALECTS) - 1
