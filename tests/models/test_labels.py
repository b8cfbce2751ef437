"""Labels of conversations: who has one, and how many do."""

import pytest

from chalicelib.models import labels
from chalicelib.models.base import transaction
from chalicelib.models.conversations import key
from chalicelib.rules import ids
from tests.lambdas import counted
from tests.streams_and_queues import START

ACCOUNT = ids.uuid7(START, b"labels____")


def id_of(number: int) -> str:
    return ids.uuid7(START, number.to_bytes(10, "big"))


def move(number: int, begun: list[str], ended: list[str], at: int = START) -> None:
    with transaction() as write:
        labels.move(write, key(ACCOUNT, id_of(number)), begun, ended, at)


def test_the_latest_labelled_come_first_and_what_ends_is_gone(aws: None) -> None:
    for number in range(4):
        move(number, [labels.tag(1), labels.mention(7)], [], START + number)
    move(1, [labels.tag(2)], [labels.tag(1)], START + 9)
    assert labels.conversations_with(ACCOUNT, labels.tag(1)) == ([id_of(3), id_of(2), id_of(0)], True)
    assert labels.conversations_with(ACCOUNT, labels.tag(2)) == ([id_of(1)], True)
    assert labels.conversations_with(ACCOUNT, labels.tag(3)) == ([], True)
    counts = labels.counts(ACCOUNT, [labels.tag(1), labels.tag(2), labels.tag(3), labels.mention(7), labels.mention(1)])
    assert counts == {"t1": 3, "t2": 1, "t3": 0, "m7": 4, "m1": 0}


def test_counts_cost_one_request_and_none_for_none(aws: None) -> None:
    with counted() as sent:
        labels.counts(ACCOUNT, [labels.tag(number) for number in range(100)])
    assert sent == ["BatchGetItem"]
    with counted() as sent:
        assert labels.counts(ACCOUNT, []) == {}
    assert sent == []


def test_a_list_is_bounded_and_says_so(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        move(number, [labels.draft(9)], [], START + number)
    monkeypatch.setattr(labels, "_A_PAGE", 2)
    monkeypatch.setattr(labels, "MOST_REQUESTS", 2)
    with counted() as sent:
        assert labels.conversations_with(ACCOUNT, labels.draft(9)) == ([id_of(at) for at in (4, 3, 2, 1)], False)
    assert sent == ["Query"] * 2
    monkeypatch.setattr(labels, "MOST_REQUESTS", 3)
    assert labels.conversations_with(ACCOUNT, labels.draft(9)) == ([id_of(at) for at in (4, 3, 2, 1, 0)], True)


def test_another_account_s_labels_are_its_own(aws: None) -> None:
    move(0, [labels.tag(5)], [])
    assert labels.conversations_with(ids.uuid7(START, b"another___"), labels.tag(5)) == ([], True)
