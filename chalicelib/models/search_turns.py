"""Search turns: who brings an account's fresh rows to its blocks now. Key account#turn, in the table of the search rows.

Two at once would change the same blocks, and each would have to read again what the other has written.
"""

from pynamodb.connection.table import TableConnection

from chalicelib.models.attributes import IntegerAttribute, KeyAttribute, UnicodeAttribute
from chalicelib.models.base import ConditionFailed, Table, conditional
from chalicelib.models.search_rows import WordsRow

#: The turn itself, and the place of the one who comes next.
_PLACE, _NEXT = "#", "next"


class Turn(Table):
    """A turn that is over at `until` (epoch milliseconds) where nobody has given it back."""

    class Meta:
        table_name = WordsRow.Meta.table_name

    key = KeyAttribute(hash_key=True, attr_name="k")
    place = UnicodeAttribute(range_key=True, default=_PLACE, attr_name="pl")
    until = IntegerAttribute(attr_name="un")
    #: Who has it: a new one for each turn.
    holder = UnicodeAttribute(attr_name="ho")

    @classmethod
    def _get_connection(cls) -> TableConnection:
        return WordsRow._get_connection()


def take(account: str, holder: str, now: int, until: int) -> Turn | None:
    """Takes an account's turn. Returns None where somebody has it. One request."""
    return _take(Turn(f"{account}#turn", holder=holder, until=until), now)


def wait(account: str, holder: str, now: int, until: int) -> bool:
    """Notes that somebody comes again at `until`. Returns whether nobody else does already. One request."""
    return _take(Turn(f"{account}#turn", _NEXT, holder=holder, until=until), now) is not None


def _take(turn: Turn, now: int) -> Turn | None:
    try:
        with conditional():
            turn.save(Turn.key.does_not_exist() | (Turn.until <= now))
    except ConditionFailed:
        return None
    return turn


def give_back(turn: Turn) -> None:
    """Ends a turn, unless it was over and somebody else has taken it. One request."""
    try:
        with conditional():
            turn.delete(Turn.holder == turn.holder)
    except ConditionFailed:
        return
