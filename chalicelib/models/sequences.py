"""Sequences: the next integer id of each kind of thing in an account, and how far the sweep has got."""

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table


class Sequence(Table):
    """A number that only grows."""

    class Meta:
        table_name = config.table("sequences")

    key = UnicodeAttribute(hash_key=True, attr_name="k")
    value = IntegerAttribute(default=0, attr_name="va")


def next_number(account: str, kind: str) -> int:
    """Returns the next integer id, from 1, never the same twice. One request. The id of a thing that is not stored stays
    unused.
    """
    counter = Sequence(f"{account}#number#{kind}")
    counter.update([Sequence.value.add(1)])
    return counter.value


def next_numbers(account: str, kind: str, count: int) -> range:
    """Returns so many next integer ids, which are nobody else's. One request."""
    counter = Sequence(f"{account}#number#{kind}")
    counter.update([Sequence.value.add(count)])
    return range(counter.value - count + 1, counter.value + 1)


def last_number(account: str, kind: str) -> int:
    """Returns the last integer id that a kind has had, 0 for none. One request."""
    found = Sequence.find(f"{account}#number#{kind}")
    return found.value if found else 0


def swept(otherwise: int) -> int:
    """Returns the last epoch minute that a sweep completed, `otherwise` before the first. One request."""
    found = Sequence.find("sweep")
    return found.value if found else otherwise


def set_swept(minute: int) -> None:
    """Notes that a sweep completed a minute."""
    Sequence("sweep", value=minute).save()
