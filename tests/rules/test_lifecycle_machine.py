"""A conversation's life: whatever happens to it in whatever order, its summary stays true."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from chalicelib.rules import lifecycle
from chalicelib.rules.deadlines import AutoClose, Deadlines
from chalicelib.rules.lifecycle import Changes, Sender
from chalicelib.rules.status import CLOSED, CONTACT, MACHINE, NEW, PENDING_EXTERNAL, PENDING_INTERNAL, STAFF, STATUSES
from tests.rules.values import auto_closes

NEW_CONVERSATION: Changes = {
    **dict.fromkeys(["assignee", "assignee_number", "assigned_at", "picked_at", "closed_at", "warn_at", "close_at"]),
    "has_named_agents": None,
    "audience": None,
    "chosen_by": None,
    **dict.fromkeys(["last_message", "preview"]),
    **dict.fromkeys(["last_sender", "last_sender_number", "last_sender_kind"]),
    "status": NEW,
    "routing_attempts": 0,
    "is_read": False,
    "is_read_by_contact": False,
}
DEADLINES = ("reassign_at", "warn_at", "close_at")
AGENTS = {"anna": 2, "bob": 3, "cleo": 4}
agents, elapsed = st.sampled_from(sorted(AGENTS)), st.integers(1, 2_000_000)


class Conversation(RuleBasedStateMachine):
    now = 1_700_000_000_000
    #: The side, customer or desk, that spoke last; the system is neither.
    spoke: str | None = None
    row: dict[str, Any]
    auto_close: AutoClose

    @property
    def is_open(self) -> bool:
        return bool(self.row["status"] != CLOSED)

    @property
    def is_assigned(self) -> bool:
        return self.row["assignee"] is not None

    @property
    def is_looked_at_again(self) -> bool:
        return self.row["reassign_at"] is not None

    def apply(self, changes: Changes) -> None:
        """Writes the changes, and holds what must be true of every change by itself."""
        assert changes.keys() <= self.row.keys()
        moves = changes.get("status", self.row["status"]) != self.row["status"]
        assert ("status_since" in changes) == moves
        assert changes.get("status_since", self.now) == self.now
        set_anew = [name for name in DEADLINES if changes.get(name) not in (None, self.row[name])]
        assert all(changes[name] > self.now for name in set_anew)
        self.row |= changes

    def said(self, kind: str, first: Changes) -> Changes:
        number = {STAFF: 2, CONTACT: 7, MACHINE: 0}[kind]
        until = self.row | first
        due = Deadlines(until["reassign_at"], until["warn_at"], until["close_at"])
        sender = Sender(f"{kind}-id", number, kind)
        return lifecycle.after_public_message(self.now, until["status"], due, sender, f"at-{self.now}", "Hello", self.auto_close)

    def message(self, kind: str, first: Changes | None = None) -> None:
        before = self.row["status"]
        self.apply((first or {}) | self.said(kind, first or {}))
        self.spoke = self.spoke if kind == MACHINE else kind
        assert (
            self.row["status"]
            == {
                MACHINE: before,
                STAFF: PENDING_EXTERNAL,
                CONTACT: NEW if before == NEW else PENDING_INTERNAL,
            }[kind]
        )

    @initialize(wanted=auto_closes(), is_queued=st.booleans(), named=st.none() | agents)
    def opened(self, wanted: AutoClose, is_queued: bool, named: str | None) -> None:
        self.auto_close = wanted
        again, expires = self.now + wanted.reassign_unpicked_after * 1000, self.now + 86_400_000
        self.row = {**NEW_CONVERSATION, "tried_agents": []} | lifecycle.empty(again if is_queued else None, expires)
        self.row |= {"status_since": self.now, "last_activity_at": self.now}
        if named:
            self.row |= lifecycle.assigned(self.now, named, AGENTS[named], []) | lifecycle.named(expires)

    @rule(milliseconds=elapsed)
    def time_passes(self, milliseconds: int) -> None:
        self.now += milliseconds

    @rule(wanted=auto_closes())
    def settings_change(self, wanted: AutoClose) -> None:
        self.auto_close = wanted

    @rule(kind=st.sampled_from([CONTACT, STAFF, MACHINE]))
    def somebody_writes(self, kind: str) -> None:
        self.message(kind)

    @precondition(lambda self: not self.is_open)
    @rule(again=st.none() | elapsed)
    def the_customer_comes_back_and_waits(self, again: int | None) -> None:
        self.message(CONTACT, lifecycle.waiting(None if again is None else self.now + again))

    @rule(agent=agents)
    def an_agent_takes_it_by_answering(self, agent: str) -> None:
        taken = lifecycle.assigned(self.now, agent, AGENTS[agent], self.row["tried_agents"])
        self.message(STAFF, taken | lifecycle.picked(self.now))

    @precondition(lambda self: self.row["warn_at"] is not None)
    @rule()
    def the_silence_is_noticed(self) -> None:
        self.now = max(self.now, self.row["warn_at"])
        self.apply(self.said(MACHINE, {}) | {"warn_at": None})

    @precondition(lambda self: self.is_open)
    @rule()
    def closes(self) -> None:
        self.apply(lifecycle.closed(self.now))

    @rule(to=st.sampled_from([status for status in STATUSES if status != CLOSED]))
    def moved_by_hand(self, to: str) -> None:
        if to != self.row["status"]:
            self.apply(lifecycle.moved(self.now, to))

    @rule()
    def taken_from_its_agent(self) -> None:
        self.apply(lifecycle.waiting(None))

    @rule(agent=agents)
    def assigned_by_hand(self, agent: str) -> None:
        self.apply(lifecycle.assigned(self.now, agent, AGENTS[agent], self.row["tried_agents"]))
        assert not self.is_looked_at_again

    @precondition(lambda self: self.is_open and (self.is_looked_at_again or not self.is_assigned))
    @rule(agent=agents)
    def routed(self, agent: str) -> None:
        self.apply(
            lifecycle.routed(
                self.now, agent, AGENTS[agent], self.row["tried_agents"], self.row["routing_attempts"], self.auto_close
            )
        )

    @precondition(lambda self: self.is_looked_at_again)
    @rule(agent_has_gone=st.booleans())
    def nobody_else_is_found(self, agent_has_gone: bool) -> None:
        self.now = max(self.now, self.row["reassign_at"])
        gone = lifecycle.waiting(None) if agent_has_gone else {}
        stays = self.is_assigned and not agent_has_gone
        self.apply(gone | lifecycle.still_unpicked(self.now, stays, self.row["routing_attempts"], self.auto_close))

    @precondition(lambda self: self.is_open and self.is_assigned and self.row["picked_at"] is None)
    @rule()
    def picked(self) -> None:
        self.apply(lifecycle.picked(self.now))

    @invariant()
    def closed_has_no_deadline_and_says_since_when(self) -> None:
        if not self.is_open:
            assert [self.row[name] for name in (*DEADLINES, "expire_at", "has_named_agents")] == [None] * 5
            assert self.row["closed_at"] == self.row["status_since"]
        else:
            assert self.row["closed_at"] is None

    @invariant()
    def only_where_nobody_has_spoken_it_expires(self) -> None:
        if self.row["expire_at"] is not None:
            assert self.spoke is None
        if self.row["has_named_agents"]:
            assert self.spoke is None and self.is_assigned and self.row["expire_at"] is not None

    @invariant()
    def nobody_is_warned_or_closed_while_he_is_the_one_waiting(self) -> None:
        if self.spoke != STAFF:
            assert (self.row["warn_at"], self.row["close_at"]) == (None, None)

    @invariant()
    def nobody_is_warned_or_closed_but_while_the_customer_is_waited_for(self) -> None:
        if self.row["status"] != PENDING_EXTERNAL:
            assert (self.row["warn_at"], self.row["close_at"]) == (None, None)

    @invariant()
    def a_warning_comes_before_a_closing_and_never_alone(self) -> None:
        if self.row["warn_at"] is not None:
            assert self.row["close_at"] is not None
            assert self.row["warn_at"] <= self.row["close_at"]

    @invariant()
    def an_assignment_is_known_whole_or_not_at_all(self) -> None:
        known = {self.row[name] is not None for name in ("assignee", "assignee_number", "assigned_at")}
        assert known == {self.is_assigned}
        assert self.row["assignee_number"] == AGENTS.get(self.row["assignee"])

    @invariant()
    def what_is_picked_has_an_agent_who_got_it_before(self) -> None:
        if self.row["picked_at"] is not None:
            assert self.is_assigned
            assert self.row["assigned_at"] <= self.row["picked_at"] <= self.now

    @invariant()
    def only_what_is_open_and_unpicked_is_looked_at_again(self) -> None:
        if self.is_looked_at_again:
            assert self.is_open
            assert self.row["picked_at"] is None

    @invariant()
    def its_agent_is_the_last_of_those_tried_and_each_is_there_once(self) -> None:
        tried = self.row["tried_agents"]
        assert tried[-1:] == ([self.row["assignee_number"]] if self.is_assigned and self.row["picked_at"] is None else [])
        assert len(tried) == len(set(tried))

    @invariant()
    def times_are_not_ahead_of_now(self) -> None:
        past = ("assigned_at", "picked_at", "closed_at", "status_since", "last_activity_at")
        assert all(self.row[name] is None or self.row[name] <= self.now for name in past)


def test_a_conversations_summary_stays_true() -> None:
    run_state_machine_as_test(Conversation, settings=settings(max_examples=60, stateful_step_count=30))
