"""Counting: what one write of a conversation adds to the numbers of reports. Times are epoch milliseconds.

A `Change` has all that counts of a write. It is made of the row before and after (desk/core/counted.py), and kept as a text in
the row that the write leaves behind (its message, else an entry of the event log), so that numbers can be made again of rows
alone.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from chalicelib.rules import sla, status
from chalicelib.rules.quarters import quarter

#: What is counted, by the name under which it is stored: docs/reports.md says precisely when.
CREATED, CLOSED, REOPENED, REPLIED = "cr", "cl", "ro", "rp"
TO_AGENT, TO_GROUP = "ca", "cg"
OF_CONTACTS, OF_AGENTS, OF_MACHINES = "mc", "ma", "mm"
AMONG_AGENTS, BY_PROGRAMS_AMONG_AGENTS = "ia", "im"
HEARD, MET = "hd", "mt"
CONTACTS = "co"
FIRST_ANSWERS, FIRST_WAITED, NEXT_ANSWERS, NEXT_WAITED = "fn", "fs", "nn", "ns"
ENDS, LASTED = "en", "ls"
BREACHED_ONCE = "bo"
IN_TIME = {clock: f"a{clock[0]}" for clock in sla.CLOCKS}
BREACHED = {clock: f"b{clock[0]}" for clock in sla.CLOCKS}
NOW_OPEN, _IS_OPEN = "op", "o"
#: A day in quarters of an hour, and in milliseconds.
_A_DAY, _A_DAY_LONG = 96, 86_400_000
#: Public messages of all kinds.
MESSAGES = (OF_CONTACTS, OF_AGENTS, OF_MACHINES, AMONG_AGENTS, BY_PROGRAMS_AMONG_AGENTS)

#: Where a conversation is for reports: in no list yet, open, closed, deleted or merged.
UNSEEN, OPEN, ENDED, GONE = "u", "o", "c", "g"
_LETTERS = {"new": "n", "pending_internal": "i", "pending_external": "e", "on_hold": "h", "closed": "c"}
_LETTERS |= {"urgent": "u", "high": "g", "normal": "m", "low": "l"}
_WORDS = {letter: word for word, letter in _LETTERS.items()}
_SAID = {status.CONTACT: "c", status.STAFF: "a", status.MACHINE: "s"}
_SENDERS = {letter: kind for kind, letter in _SAID.items()}


class Cell(NamedTuple):
    """For what something counts: a quarter of an hour since the epoch, the numbers of agent and department (0 for none), the
    channel ("" for none), the number of the SLA policy (0 for none).
    """

    quarter: int
    agent: int = 0
    group: int = 0
    channel: str = ""
    policy: int = 0


#: How much was counted of what, by cell.
Amounts = dict[Cell, Counter[str]]


class State(msgspec.Struct, frozen=True):
    """What reports count of a conversation at a moment: place, status, priority, and the numbers of agent, group and policy."""

    place: str
    status: str
    priority: str
    agent: int
    group: int
    channel: str
    policy: int

    def cell(self, at: int, agent: int | None = None) -> Cell:
        """Returns the cell of something at a time that an agent has done, without one that happened to it."""
        return Cell(quarter(at), self.agent if agent is None else agent, self.group, self.channel, self.policy)


class Change(msgspec.Struct, frozen=True):
    """A write of a conversation: `before` is None for a new one.

    `said` is who wrote a public message with it (rules.status) and `by` that agent's number. `waited` is how long the contact had
    waited for it, None if they did not; `is_first` that no agent had answered before, `is_days_first` that none had this day
    (UTC). `in_time` and `breached` are clocks (rules.sla), `is_first_breach` that none had breached before. `is_met` is that the
    agent has not had it yet this day (UTC).
    """

    at: int
    created_at: int
    before: State | None
    after: State
    said: str | None = None
    by: int = 0
    is_internal: bool = False
    waited: int | None = None
    is_first: bool = False
    is_days_first: bool = False
    is_first_breach: bool = False
    is_met: bool = False
    in_time: Sequence[str] = ()
    breached: Sequence[str] = ()

    @property
    def was_unseen(self) -> bool:
        """Whether no list had the conversation before."""
        return self.before is None or self.before.place == UNSEEN

    @property
    def since(self) -> int:
        """When it counts as being as it is after this: of one that no list had, from its creation if that is not a day ago."""
        return self.created_at if self.was_unseen and self.at - self.created_at <= _A_DAY_LONG else self.at


def gauge(status_: str, priority: str) -> str:
    """Returns the name of the number of open conversations that have a status and a priority."""
    return _IS_OPEN + _LETTERS[status_] + _LETTERS[priority]


def read_gauge(name: str) -> tuple[str, str] | None:
    """Returns the status and the priority of such a number, None for the name of another number."""
    is_gauge = len(name) == 3 and name[0] == _IS_OPEN
    return (_WORDS[name[1]], _WORDS[name[2]]) if is_gauge else None


def amounts(change: Change) -> Amounts:
    """Returns what a change adds, nothing where it counts for nothing."""
    found: defaultdict[Cell, Counter[str]] = defaultdict(Counter)
    if change.is_internal:
        if change.said:
            is_staff = change.said == status.STAFF
            cell = Cell(quarter(change.at), change.by if is_staff else 0)
            found[cell][AMONG_AGENTS if is_staff else BY_PROGRAMS_AMONG_AGENTS] += 1
        return dict(found)
    _add_place(found, change)
    _add_open(found, change)
    _add_message(found, change)
    _add_clocks(found, change)
    if change.is_met:
        found[change.after.cell(change.at)][MET] += 1
    return {cell: kept for cell, counts in found.items() if (kept := Counter({name: n for name, n in counts.items() if n}))}


def _add_place(found: defaultdict[Cell, Counter[str]], change: Change) -> None:
    """Adds that a conversation is there, has come to an agent or a department, has ended, or is open again."""
    before, after, at = change.before, change.after, change.since
    was, is_ = before.place if before else UNSEEN, after.place
    if is_ == UNSEEN:
        if before and was != UNSEEN:
            found[before.cell(at)][CREATED] -= 1
        return
    if was == UNSEEN:
        found[after.cell(at)][CREATED] += 1
    if after.agent and (was == UNSEEN or before is None or before.agent != after.agent):
        found[after.cell(at)][TO_AGENT] += 1
    if after.group and (was == UNSEEN or before is None or before.group != after.group):
        found[after.cell(at)][TO_GROUP] += 1
    if is_ == ENDED and was in (UNSEEN, OPEN):
        found[after.cell(change.at)].update({CLOSED: 1, ENDS: 1, LASTED: change.at - change.created_at})
    if is_ == OPEN and was == ENDED:
        found[after.cell(change.at)][REOPENED] += 1


def _add_open(found: defaultdict[Cell, Counter[str]], change: Change) -> None:
    """Adds that one more is open, or one less, with this agent and department; with this status and priority at some time of the
    day.
    """
    for state, step in ((change.before, -1), (change.after, 1)):
        if state and state.place == OPEN:
            cell = state.cell(change.since)._replace(policy=0)
            found[cell][NOW_OPEN] += step
            found[cell._replace(quarter=cell.quarter // _A_DAY * _A_DAY)][gauge(state.status, state.priority)] += step


def _add_message(found: defaultdict[Cell, Counter[str]], change: Change) -> None:
    if change.said is None:
        return
    own = change.after.cell(change.at)
    if change.after.agent:
        found[own][HEARD] += 1
    if change.said != status.STAFF:
        found[own][OF_CONTACTS if change.said == status.CONTACT else OF_MACHINES] += 1
        return
    answers = found[change.after.cell(change.at, change.by)]
    answers[OF_AGENTS] += 1
    answers[REPLIED] += change.is_days_first
    if change.waited is not None:
        answers[FIRST_ANSWERS if change.is_first else NEXT_ANSWERS] += 1
        answers[FIRST_WAITED if change.is_first else NEXT_WAITED] += change.waited


def _add_clocks(found: defaultdict[Cell, Counter[str]], change: Change) -> None:
    counts = found[change.after.cell(change.at, change.by if change.said == status.STAFF else None)]
    counts.update(IN_TIME[clock] for clock in change.in_time)
    counts.update(BREACHED[clock] for clock in change.breached)
    counts[BREACHED_ONCE] += change.is_first_breach


def join(into: Amounts, more: Amounts, sign: int = 1) -> None:
    """Adds amounts to others, or with the sign -1 takes them away."""
    for cell, counts in more.items():
        have = into.setdefault(cell, Counter())
        for name, n in counts.items():
            have[name] += sign * n


def amounts_of(stored: Mapping[tuple[Any, ...], Mapping[str, int]]) -> Amounts:
    """Returns stored numbers by plain cells as amounts."""
    return {Cell(*cell): Counter(counts) for cell, counts in stored.items()}


_FLAGS = ("is_internal", "is_first", "is_days_first", "is_first_breach", "is_met")


def encode(change: Change) -> str:
    """Returns a change as a text of about 60 characters."""
    flags = sum(1 << at for at, name in enumerate(_FLAGS) if getattr(change, name))
    clocks = "".join(f"+{clock[0]}" for clock in change.in_time) + "".join(f"-{clock[0]}" for clock in change.breached)
    before = "=" if change.before == change.after else _encode_state(change.before)
    said = f"{_SAID[change.said]}{change.by or ''}" if change.said else ""
    waited = "" if change.waited is None else str(change.waited)
    parts = [
        str(change.at),
        str(change.at - change.created_at),
        before,
        _encode_state(change.after),
        said,
        waited,
        f"{flags or ''}",
    ]
    return ";".join([*parts, clocks])


def encode_all(changes: Sequence[Change]) -> str | None:
    """Returns changes as one text, None for none."""
    return "|".join(map(encode, changes)) or None


def decode_all(text: str | None) -> list[Change]:
    """Returns the changes that a text is, none for None."""
    return [decode(part) for part in text.split("|")] if text else []


def decode(text: str) -> Change:
    """Returns the change that a text is."""
    at, age, before, after, said, waited, flags, clocks = text.split(";")
    named = {clock[0]: clock for clock in sla.CLOCKS}
    told = [(clocks[place], named[clocks[place + 1]]) for place in range(0, len(clocks), 2)]
    change = Change(
        int(at),
        int(at) - int(age),
        None if before in ("", "=") else _decode_state(before),
        _decode_state(after),
        _SENDERS[said[0]] if said else None,
        int(said[1:] or 0),
        waited=int(waited) if waited else None,
        in_time=tuple(clock for sign, clock in told if sign == "+"),
        breached=tuple(clock for sign, clock in told if sign == "-"),
        **{name: bool(int(flags or 0) >> place & 1) for place, name in enumerate(_FLAGS)},
    )
    return replace(change, before=change.after) if before == "=" else change


def _encode_state(state: State | None) -> str:
    if state is None:
        return ""
    letters = state.place + _LETTERS[state.status] + _LETTERS[state.priority]
    return ",".join([letters, *(str(n or "") for n in (state.agent, state.group, state.policy)), state.channel])


def _decode_state(text: str) -> State:
    letters, agent, group, policy, channel = text.split(",", 4)
    return State(letters[0], _WORDS[letters[1]], _WORDS[letters[2]], int(agent or 0), int(group or 0), channel, int(policy or 0))
