"""Numbers: the names of what lines of reports count, and their averages."""

from chalicelib.rules.counting import BREACHED as BREACHED
from chalicelib.rules.counting import BREACHED_ONCE as BREACHED_ONCE
from chalicelib.rules.counting import CLOSED as CLOSED
from chalicelib.rules.counting import ENDS as ENDS
from chalicelib.rules.counting import FIRST_ANSWERS as FIRST_ANSWERS
from chalicelib.rules.counting import FIRST_WAITED as FIRST_WAITED
from chalicelib.rules.counting import IN_TIME as IN_TIME
from chalicelib.rules.counting import LASTED as LASTED
from chalicelib.rules.counting import NEXT_ANSWERS as NEXT_ANSWERS
from chalicelib.rules.counting import NEXT_WAITED as NEXT_WAITED
from chalicelib.rules.counting import OF_AGENTS as OF_AGENTS
from chalicelib.rules.counting import OF_CONTACTS as OF_CONTACTS
from chalicelib.rules.counting import REOPENED as REOPENED
from chalicelib.rules.counting import REPLIED as REPLIED


def average(sum_: int, n: int, unit: int = 1) -> float | None:
    """Returns an average in a unit (1000 for seconds of milliseconds) with three decimals, None of nothing."""
    return round(sum_ / n / unit, 3) if n else None
