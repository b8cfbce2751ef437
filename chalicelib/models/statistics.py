"""Statistics: how much happened in an account, a row for each quarter of an hour, and one for all time. Key account · span.

Besides them, what each agent had on a day (UTC), for two days. Key account#day · agent. One transaction adds to them, together
with a row that says how many records of the stream, from which one on, have been counted.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pynamodb.attributes import UnicodeSetAttribute
from pynamodb.expressions.update import Action

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import ConditionFailed, Table, transaction

#: Records that one transaction can count: at most three rows each, beside the one that says so (100 in all).
MOST_AT_ONCE = 33
_ALL = "all"
_KEPT_SECONDS = 2 * 86400
_QUARTERS_A_DAY = 96
#: Account, quarter of an hour since the epoch, and the agent whose day it is; None for the account's quarter itself.
Place = tuple[str, int, str | None]


class Statistic(Table):
    """What was counted in a span. `agents` are those who wrote; an agent's `contacts` are those the agent had."""

    class Meta:
        table_name = config.table("statistics")

    account = UnicodeAttribute(hash_key=True, attr_name="ac")
    span = UnicodeAttribute(range_key=True, attr_name="sp")
    messages = IntegerAttribute(default=0, attr_name="me")
    contacts = IntegerAttribute(default=0, attr_name="co")
    agents: Any = UnicodeSetAttribute(null=True, attr_name="ag")
    #: Of a row that says what has been counted: how many records; the stream forgets them in a day.
    records = IntegerAttribute(null=True, attr_name="re")
    #: Seconds since the epoch, of what is not kept.
    expires_at = IntegerAttribute(null=True, attr_name="ex")

    @property
    def quarter(self) -> int:
        """The quarter of an hour since the epoch."""
        return int(self.span[1:])


@dataclass(slots=True)
class Increments:
    """What to add to a span."""

    messages: int = 0
    contacts: int = 0
    agents: set[str] = field(default_factory=set)

    def add(self, other: "Increments") -> None:
        """Adds those of another span."""
        self.messages += other.messages
        self.contacts += other.contacts
        self.agents |= other.agents


def _span(quarter: int) -> str:
    return f"q{quarter:010d}"


def _of_day(account: str, quarter: int) -> str:
    return f"{account}#{quarter // _QUARTERS_A_DAY}"


def add(first: str, records: int, found: Mapping[Place, Increments], now: int) -> int:
    """Adds what records of a stream mean, by place; `first` is the id of the first record. All or nothing. One request.

    Returns how many of them were counted before, 0 if all are counted now.
    """
    mark = Statistic(f"counted#{first}", _ALL, records=records, expires_at=now // 1000 + _KEPT_SECONDS)
    try:
        with transaction() as write:
            write.save(mark, condition=Statistic.account.does_not_exist(), return_values="ALL_OLD")
            for (account, span), counts in _rows(found).items():
                write.update(Statistic(account, span), _actions(counts, account, span, mark.expires_at))
    except ConditionFailed as refused:
        if refused.reasons[0] == "ConditionalCheckFailed" and refused.found[0]:
            return Statistic.from_raw_data(refused.found[0]).records or 0
        raise
    return 0


def _rows(found: Mapping[Place, Increments]) -> dict[tuple[str, str], Increments]:
    """Returns what to add to each row: several quarters are of one day of an agent's, and all of them of all time."""
    rows: defaultdict[tuple[str, str], Increments] = defaultdict(Increments)
    for (account, quarter, agent), counts in found.items():
        places = [(_of_day(account, quarter), agent)] if agent else [(account, _span(quarter)), (account, _ALL)]
        for place in places:
            rows[place].add(counts)
    return rows


def _actions(counts: Increments, account: str, span: str, expires_at: int) -> list[Action]:
    actions: list[Action] = [Statistic.messages.add(counts.messages), Statistic.contacts.add(counts.contacts)]
    if "#" in account:
        actions.append(Statistic.expires_at.set(expires_at))
    return [*actions, Statistic.agents.add(counts.agents)] if counts.agents and span != _ALL else actions


def between(account: str, first: int, last: int) -> list[Statistic]:
    """Returns the quarters first…last in which something was counted. One request for each MB: three months of a busy desk."""
    return list(Statistic.query(account, Statistic.span.between(_span(first), _span(last))))


def of_agents(account: str, quarter: int) -> dict[str, Statistic]:
    """Returns what each agent has had on the UTC day of a quarter, by id. Agents without anything are left out. One request."""
    return {row.span: row for row in Statistic.query(_of_day(account, quarter))}


def total(account: str) -> Statistic:
    """Returns all that was ever counted in an account. One request."""
    return Statistic.find(account, _ALL) or Statistic(account, _ALL)
