import pytest

from chalicelib.rules import status
from chalicelib.rules.status import CLOSED, CONTACT, MACHINE, NEW, ON_HOLD, PENDING_EXTERNAL, PENDING_INTERNAL, STAFF, STATUSES


def test_there_are_five_statuses() -> None:
    assert set(STATUSES) == {NEW, PENDING_INTERNAL, PENDING_EXTERNAL, ON_HOLD, CLOSED}
    assert len(STATUSES) == len(set(STATUSES)) == 5


@pytest.mark.parametrize("before", STATUSES)
def test_an_agents_answer_waits_for_the_customer(before: str) -> None:
    assert status.after_message(before, STAFF) == PENDING_EXTERNAL


@pytest.mark.parametrize("before", [PENDING_INTERNAL, PENDING_EXTERNAL, ON_HOLD, CLOSED])
def test_a_customers_message_waits_for_the_desk(before: str) -> None:
    assert status.after_message(before, CONTACT) == PENDING_INTERNAL


def test_a_customers_message_to_a_new_conversation_leaves_it_new() -> None:
    assert status.after_message(NEW, CONTACT) == NEW


@pytest.mark.parametrize("before", STATUSES)
def test_the_systems_message_changes_nothing(before: str) -> None:
    assert status.after_message(before, MACHINE) == before


@pytest.mark.parametrize("sender", [CONTACT, STAFF])
@pytest.mark.parametrize("before", STATUSES)
def test_a_person_never_leaves_it_closed_or_on_hold(before: str, sender: str) -> None:
    assert status.after_message(before, sender) not in (CLOSED, ON_HOLD)


@pytest.mark.parametrize("sender", [CONTACT, STAFF, MACHINE])
@pytest.mark.parametrize("before", STATUSES)
def test_a_second_message_of_the_same_side_changes_nothing(before: str, sender: str) -> None:
    once = status.after_message(before, sender)
    assert status.after_message(once, sender) == once
