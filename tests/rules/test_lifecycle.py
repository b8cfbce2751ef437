import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules import lifecycle
from chalicelib.rules.deadlines import AutoClose, Deadlines
from chalicelib.rules.lifecycle import Changes, Sender
from chalicelib.rules.status import CLOSED, CONTACT, MACHINE, NEW, ON_HOLD, PENDING_EXTERNAL, PENDING_INTERNAL, STAFF, STATUSES
from tests.rules.values import auto_closes, due

NOW = 1_700_000_000_000
SETTINGS = AutoClose(reassign_unpicked_after=10, warn_after=20, close_after=30)
OFF = AutoClose(is_enabled=False)
DUE = Deadlines(NOW + 1, NOW + 2, NOW + 3)
CUSTOMER, ANNA, DESK = Sender("c", 7, CONTACT), Sender("anna", 2, STAFF), Sender("account", 0, MACHINE)
#: A conversation with everything set that can be: Anna has picked it, after Bob (3) had it; it is being waited for its customer.
ROW: Changes = {
    "status": PENDING_EXTERNAL,
    "status_since": NOW - 50,
    "closed_at": NOW - 60,
    "assignee": "anna",
    "assignee_number": 2,
    "assigned_at": NOW - 40,
    "picked_at": NOW - 30,
    "tried_agents": [3, 2],
    "routing_attempts": 4,
    "reassign_at": NOW + 1,
    "warn_at": NOW + 2,
    "close_at": NOW + 3,
    "expire_at": NOW + 4,
    "has_named_agents": True,
    "preview": "Hello",
}
AGENT = ("assignee", "assignee_number", "assigned_at")
DEADLINES = ("reassign_at", "warn_at", "close_at", "expire_at")


def said(before: str, sender: Sender, settings: AutoClose = SETTINGS, until: Deadlines = DUE, body: str = "Hello") -> Changes:
    return lifecycle.after_public_message(NOW, before, until, sender, "m", body, settings)


def due_after(changes: Changes) -> tuple[int | None, int | None, int | None]:
    return changes["reassign_at"], changes["warn_at"], changes["close_at"]


def kept(changes: Changes, *names: str) -> bool:
    """Whether a row that changes so has these as they were."""
    return [(ROW | changes)[name] for name in names] == [ROW[name] for name in names]


def due_in(row: Changes) -> list[int]:
    return [row[name] for name in DEADLINES if row[name] is not None]


def test_closed_has_no_deadline_and_keeps_its_agent() -> None:
    row = ROW | lifecycle.closed(NOW)
    assert (row["status"], row["status_since"], row["closed_at"]) == (CLOSED, NOW, NOW)
    assert (due_in(row), row["has_named_agents"]) == ([], None)
    assert kept(lifecycle.closed(NOW), *AGENT, "picked_at", "preview")


@pytest.mark.parametrize("to", [NEW, PENDING_INTERNAL, PENDING_EXTERNAL])
def test_moved_by_hand_is_open(to: str) -> None:
    changes = lifecycle.moved(NOW, to)
    assert (changes["status"], changes["status_since"], changes["closed_at"]) == (to, NOW, None)


@pytest.mark.parametrize("to", [NEW, PENDING_INTERNAL, ON_HOLD])
def test_nobody_is_warned_or_closed_but_while_the_customer_is_waited_for(to: str) -> None:
    assert due_in(ROW | lifecycle.moved(NOW, to)) == [ROW["reassign_at"], ROW["expire_at"]]
    assert kept(lifecycle.moved(NOW, PENDING_EXTERNAL), *DEADLINES)
    assert kept(lifecycle.moved(NOW, to), *AGENT, "picked_at")


@pytest.mark.parametrize("again", [None, NOW + 5])
def test_waiting_has_no_agent_and_has_tried_none(again: int | None) -> None:
    row = ROW | lifecycle.waiting(again)
    assert [row[name] for name in (*AGENT, "picked_at", "has_named_agents")] == [None] * 5
    assert (row["tried_agents"], row["routing_attempts"]) == ([], 0)
    assert due_in(row) == [at for at in (again, ROW["expire_at"]) if at]
    assert kept(lifecycle.waiting(again), "status", "status_since", "preview")


def test_waiting_gives_each_conversation_a_list_of_its_own() -> None:
    lifecycle.waiting(None)["tried_agents"].append(2)
    assert lifecycle.waiting(None)["tried_agents"] == []


def test_assigned_is_to_be_picked_and_no_clock_undoes_it() -> None:
    row = ROW | lifecycle.assigned(NOW, "cleo", 4, [3, 2])
    assert [row[name] for name in AGENT] == ["cleo", 4, NOW]
    assert (row["picked_at"], row["reassign_at"], row["has_named_agents"]) == (None, None, None)
    assert (row["tried_agents"], row["routing_attempts"]) == ([3, 2, 4], 0)
    assert kept(lifecycle.assigned(NOW, "cleo", 4, []), "status", "warn_at", "close_at")


@given(st.lists(st.integers(1, 15), max_size=10, unique=True), st.integers(1, 15))
def test_the_latest_agent_is_the_last_tried_once_and_the_latest_others_keep_their_order(tried: list[int], agent: int) -> None:
    given_tried = tuple(tried)
    after = lifecycle.assigned(NOW, "anna", agent, tried)["tried_agents"]
    assert after[-1] == agent
    assert after[:-1] == [other for other in tried if other != agent][-9:]
    assert tuple(tried) == given_tried


@pytest.mark.parametrize(("settings", "again"), [(SETTINGS, NOW + 10_000), (OFF, None)])
def test_routed_is_assigned_and_looked_at_again_where_auto_close_is_on(settings: AutoClose, again: int | None) -> None:
    row = ROW | lifecycle.routed(NOW, "cleo", 4, [3], 0, settings)
    assert [row[name] for name in (*AGENT, "picked_at", "tried_agents")] == ["cleo", 4, NOW, None, [3, 4]]
    assert row["reassign_at"] == again


def test_who_has_not_had_it_gets_the_whole_span_however_long_it_waited() -> None:
    given = lifecycle.routed(NOW, "anna", 2, [], 6, SETTINGS)
    assert (given["routing_attempts"], given["reassign_at"]) == (0, NOW + 10_000)


def test_a_second_round_goes_twice_as_slowly() -> None:
    again = lifecycle.routed(NOW, "anna", 2, [2, 3], 1, SETTINGS)
    assert (again["routing_attempts"], again["reassign_at"]) == (2, NOW + 40_000)
    assert again["tried_agents"] == [3, 2]


def test_the_agent_who_gets_it_after_ten_others_has_twice_as_long_too() -> None:
    for before, attempts in (([*range(11, 20)], 0), ([*range(11, 21)], 2)):
        further = lifecycle.routed(NOW, "anna", 2, before, 1, SETTINGS)
        assert further["routing_attempts"] == attempts
        assert further["tried_agents"] == [*before[-9:], 2]


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 20), (1, 40), (4, 320), (5, 640), (6, 640), (50, 640)])
def test_still_unpicked_is_looked_at_ever_more_rarely(attempts: int, seconds: int) -> None:
    for assigned in (True, False):
        changes = lifecycle.still_unpicked(NOW, assigned, attempts, SETTINGS)
        assert changes == {"routing_attempts": attempts + 1, "reassign_at": NOW + seconds * 1000}


def test_switched_off_an_agent_may_take_their_time_but_what_waits_is_looked_at() -> None:
    off = AutoClose(is_enabled=False, reassign_unpicked_after=10)
    assert lifecycle.still_unpicked(NOW, True, 0, off) == {"reassign_at": None}
    assert lifecycle.still_unpicked(NOW, False, 0, off)["reassign_at"] == NOW + 20_000


def test_picked_is_not_looked_at_again_and_who_had_it_before_may_have_it_again() -> None:
    row = ROW | lifecycle.picked(NOW)
    assert (row["picked_at"], row["reassign_at"], row["tried_agents"]) == (NOW, None, [])
    assert kept(lifecycle.picked(NOW), *AGENT, "status", "warn_at", "close_at")


@pytest.mark.parametrize("sender", [CUSTOMER, ANNA, DESK])
@pytest.mark.parametrize("before", STATUSES)
def test_the_summary_shows_the_message_and_its_sender(before: str, sender: Sender) -> None:
    changes = said(before, sender)
    assert (changes["last_message"], changes["preview"]) == ("m", "Hello")
    assert (changes["last_sender"], changes["last_sender_number"], changes["last_sender_kind"]) == (
        sender.id,
        sender.number,
        sender.kind,
    )
    assert changes["last_activity_at"] == NOW


def test_the_summary_shows_the_beginning_of_a_long_message() -> None:
    assert said(NEW, CUSTOMER, body="世" * 200)["preview"] == "世" * 66


def test_the_customer_has_read_their_message_and_the_desk_has_not() -> None:
    changes = said(PENDING_EXTERNAL, CUSTOMER)
    assert (changes["is_read"], changes["is_read_by_contact"]) == (False, True)


def test_the_desk_has_read_its_agents_message_and_the_customer_has_not() -> None:
    changes = said(PENDING_INTERNAL, ANNA)
    assert (changes["is_read"], changes["is_read_by_contact"]) == (True, False)


def test_the_systems_message_leaves_what_the_desk_has_read_as_it_is() -> None:
    changes = said(PENDING_INTERNAL, DESK)
    assert "is_read" not in changes and changes["is_read_by_contact"] is False


@pytest.mark.parametrize("sender", [CUSTOMER, ANNA])
def test_what_a_message_opens_is_not_closed_any_more(sender: Sender) -> None:
    assert said(CLOSED, sender)["closed_at"] is None
    assert "closed_at" not in said(PENDING_INTERNAL, sender)


@pytest.mark.parametrize(
    ("before", "sender", "after"),
    [
        (NEW, ANNA, PENDING_EXTERNAL),
        (PENDING_INTERNAL, ANNA, PENDING_EXTERNAL),
        (PENDING_EXTERNAL, CUSTOMER, PENDING_INTERNAL),
        (ON_HOLD, CUSTOMER, PENDING_INTERNAL),
        (ON_HOLD, ANNA, PENDING_EXTERNAL),
        (CLOSED, CUSTOMER, PENDING_INTERNAL),
        (CLOSED, ANNA, PENDING_EXTERNAL),
    ],
)
def test_a_message_that_moves_the_status_says_when(before: str, sender: Sender, after: str) -> None:
    changes = said(before, sender)
    assert (changes["status"], changes["status_since"]) == (after, NOW)


@pytest.mark.parametrize(
    ("before", "sender"),
    [(NEW, CUSTOMER), (PENDING_INTERNAL, CUSTOMER), (PENDING_EXTERNAL, ANNA), *((status, DESK) for status in STATUSES)],
)
def test_a_message_that_does_not_move_the_status_says_nothing_of_it(before: str, sender: Sender) -> None:
    assert not {"status", "status_since"} & said(before, sender).keys()


@pytest.mark.parametrize("before", STATUSES)
def test_an_agents_message_starts_the_clocks(before: str) -> None:
    assert due_after(said(before, ANNA)) == (None, NOW + 20_000, NOW + 30_000)
    assert due_after(said(before, ANNA, OFF)) == (None, None, None)


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize("settings", [SETTINGS, OFF])
def test_a_customers_message_stops_the_clocks(before: str, settings: AutoClose) -> None:
    assert due_after(said(before, CUSTOMER, settings)) == (DUE.reassign_at, None, None)


@pytest.mark.parametrize("before", [NEW, PENDING_INTERNAL, PENDING_EXTERNAL, ON_HOLD])
def test_the_systems_message_keeps_the_deadlines(before: str) -> None:
    assert due_after(said(before, DESK)) == (DUE.reassign_at, DUE.warn_at, DUE.close_at)


@given(due, auto_closes())
def test_the_systems_message_leaves_no_deadline_where_it_stays_closed(until: Deadlines, settings: AutoClose) -> None:
    assert due_after(said(CLOSED, DESK, settings, until)) == (None, None, None)
