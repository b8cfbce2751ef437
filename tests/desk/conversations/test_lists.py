"""Lists by any conditions, in any order: what a look at every conversation finds, each once, whichever way it is found."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from msgspec.structs import replace

from chalicelib.desk.conversations import conditions as reading
from chalicelib.desk.conversations import inbox, lists, sorted_lists, wanted
from chalicelib.desk.conversations.conditions import Given
from chalicelib.desk.conversations.inbox import Listing
from chalicelib.desk.conversations.wanted import LAST_REPLY, SORTS, Page, Wanted
from chalicelib.desk.core import cache
from chalicelib.desk.core.errors import Invalid
from chalicelib.models import labels
from chalicelib.models.conversations import CLOSED
from chalicelib.models.scanning import Bound
from chalicelib.rules import conditions, status
from chalicelib.rules.conditions import ConditionList
from tests.desk.conversations.filled import ME, ROWS, Row, ctx, fill
from tests.lambdas import counted
from tests.models.test_inbox import MOVES, move
from tests.streams_and_queues import START

GIVEN = [
    *[("status", match, value) for match in ("is", "isNot") for value in ("new", "closed", "")],
    *[("priority", match, "urgent") for match in ("is", "isNot")],
    *[("channel", match, "portal") for match in ("is", "isNot")],
    *[("agentAssigneeId", match, value) for match in ("is", "isNot") for value in ("me", "8", "none", "", "me,8")],
    *[("departmentAssigneeId", match, value) for match in ("is", "isNot") for value in ("1", "", "myDepartments")],
    *[("contactId", match, value) for match in ("is", "isNot") for value in ("1", "9", "", "1,2")],
    *[("createdById", match, value) for match in ("is", "isNot") for value in ("1", "me", "")],
    *[("tagIds", match, value) for match in ("is", "isNot") for value in ("1", "9", "", "1,2")],
    *[("mentionedAgents", match, value) for match in ("is", "isNot") for value in ("me", "8", "")],
    *[("isRead", match, "true") for match in ("is", "isNot")],
    *[("hasDraft", match, "false") for match in ("is", "isNot")],
    *[("subject", match, "pass") for match in ("contains", "notContains")],
    *[("subject", "is", "A BILL"), ("lastMessage", "is", ""), ("lastMessage", "contains", "words 3")],
    *[("orderId", match, "a") for match in ("contains", "notContains")],
    *[("orderId", "is", ""), ("orderId", "isNot", "a 1")],
    *[(name, "after", "2027-01-15T08:00:00.002Z") for name in ("createdTime", "lastActivityTime", "lastRepliedTime")],
    *[("lastRepliedTime", "is", ""), ("createdTime", "is", "2027-01-15"), ("lastStatusChangeTime", "before", "2027-01-15")],
    *[("id", "is", "1,2"), ("id", "isNot", "3"), ("slaPolicyId", "is", "1"), ("receivedFrom", "is", "")],
]
WORDS = {"status": {**{name: name for name in status.STATUSES}}}
_RANKS: dict[str, Any] = {
    "last_reply": lambda row: row.at,
    "last_activity": lambda row: max(row.at, row.changed),
    "priority": lambda row: -status.PRIORITIES.index(row.priority),
    "status": lambda row: -status.STATUSES.index(row.status),
    "next_breach": lambda row: 0,
}


def condition_list(given: list[tuple[str, str, str]], when: str) -> ConditionList:
    """The conditions for the agent ME, who is in no department."""
    expression = ["1", "1 and 2", "(1 or 2) and 3"][len(given) - 1]
    read = reading.read(ctx(), [Given(*one) for one in given], when, expression, words=WORDS)
    return conditions.resolve(read, {"me": (ME,), "myDepartments": ()})


LISTS = some.lists(
    some.tuples(
        some.lists(some.sampled_from(GIVEN), min_size=1, max_size=3),
        some.sampled_from(["all", "all", "any", "logicalExpression"]),
    ),
    max_size=2,
)
PLAIN = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def meant(rows: list[Row], groups: tuple[ConditionList, ...]) -> set[int]:
    """Numbers of the rows that a look at every one of them finds."""
    found = {number: row.facts(number) for number, row in enumerate(rows) if not row.is_deleted}
    return {number for number, facts in found.items() if all(conditions.matches(group, facts) for group in groups)}


def walk(wanted: Wanted, *, forgetful: bool = False) -> list[int]:
    """Numbers of what is listed, following each page's address; a forgetful process is another one for each page."""
    shown: list[int] = []
    for _ in range(50):
        page = lists.page(ctx(), wanted)
        shown += [row.number for row in page.conversations]
        if page.after is None and page.mark is None:
            return shown
        if forgetful:
            cache.clear_all()
        wanted = replace(wanted, listing=replace(wanted.listing, after=page.after), mark=page.mark)
    raise AssertionError("does not end")


def by_number(wanted: Wanted) -> list[int]:
    """The same, by the numbers of pages."""
    shown: list[int] = []
    for number in range(1, 50):
        page = lists.page(ctx(), replace(wanted, listing=replace(wanted.listing, page=number)))
        shown += [row.number for row in page.conversations]
        if len(page.conversations) < wanted.listing.size:
            return shown
    raise AssertionError("does not end")


@PLAIN
@given(ROWS, LISTS, some.sampled_from([*SORTS]), some.booleans(), some.integers(2, 4))
def test_a_list_is_what_a_look_at_every_conversation_finds(
    aws: None, rows: list[Row], asked: list[tuple[list[tuple[str, str, str]], str]], sort: str, oldest_first: bool, size: int
) -> None:
    fill(rows)
    groups = tuple(condition_list(*one) for one in asked)
    wanted = Wanted(Listing(oldest_first=oldest_first, size=size), groups, sort=sort)
    expected, shown = meant(rows, groups), walk(wanted)
    assert sorted(shown) == sorted(expected)
    ranks = [(_RANKS[sort](rows[number]), rows[number].at) for number in shown]
    assert ranks == sorted(ranks, reverse=not oldest_first)
    cache.clear_all()
    assert by_number(wanted) == shown
    page = lists.page(ctx(), wanted)
    assert (page.total, page.is_exact) == (len(expected), True)


@PLAIN
@given(ROWS, LISTS, some.sampled_from([*SORTS]), some.booleans(), MOVES, some.booleans())
def test_what_does_not_move_is_listed_once_and_in_order_while_others_do(
    aws: None,
    rows: list[Row],
    asked: list[tuple[list[tuple[str, str, str]], str]],
    sort: str,
    oldest_first: bool,
    moves: list[tuple[int, str]],
    forgetful: bool,
) -> None:
    fill(rows)
    groups = tuple(condition_list(*one) for one in asked)
    wanted = Wanted(Listing(oldest_first=oldest_first, size=2), groups, sort=sort)
    before, moved, left = walk(wanted), set[int](), [one for one in moves if one[0] < len(rows) and not rows[one[0]].is_deleted]
    cache.clear_all()
    shown: list[int] = []
    for _ in range(50):
        page = lists.page(ctx(), wanted)
        shown += [row.number for row in page.conversations]
        if page.after is None and page.mark is None:
            break
        if left:
            number, what = left.pop()
            moved.add(number)
            move(number, what, START + 5_000 + len(moved))
        if forgetful:
            cache.clear_all()
        wanted = replace(wanted, listing=replace(wanted.listing, after=page.after), mark=page.mark)
    assert [number for number in shown if number not in moved] == [number for number in before if number not in moved]


def some_rows(count: int, **given: Any) -> list[Row]:
    return [Row(at=START + at, **given) for at in range(count)]


def found(*given: tuple[str, str, str], sort: str = LAST_REPLY, **listing: Any) -> Page:
    groups = (condition_list([*given], "all"),) if given else ()
    return lists.page(ctx(), Wanted(Listing(**listing), groups, sort=sort))


@pytest.mark.parametrize(
    "given", [("agentAssigneeId", "is", "me,8"), ("tagIds", "is", "1"), ("contactId", "is", "1"), ("subject", "contains", "a")]
)
def test_a_window_holds_whatever_way_it_is_found(aws: None, given: tuple[str, str, str]) -> None:
    fill(some_rows(6, assignee=ME, tags=(1,)))
    assert [row.number for row in found(given, since=START + 1, until=START + 3).conversations] == [3, 2, 1]


def test_following_pages_are_of_their_own_window(aws: None) -> None:
    fill(some_rows(6))
    pages = [found(sort="priority", size=2, page=page, until=until) for until in (START + 5, START + 3) for page in (1, 2)]
    assert [[row.number for row in page.conversations] for page in pages] == [[5, 4], [3, 2], [3, 2], [1, 0]]


def test_deleted_ones_have_a_list_of_their_own(aws: None) -> None:
    fill([*some_rows(2, tags=(1,)), Row(tags=(1,), is_deleted=True)])
    for condition in (("tagIds", "is", "1"), ("contactId", "is", "1"), ("subject", "contains", "a")):
        assert [row.number for row in found(condition, is_deleted=True).conversations] == [2]


# --- bounds


@pytest.mark.parametrize("given", [("agentAssigneeId", "is", "me,8"), ("tagIds", "is", "1"), ("contactId", "is", "1")])
def test_more_than_can_be_sorted_are_not_passed_off_as_all(
    aws: None, monkeypatch: pytest.MonkeyPatch, given: tuple[str, str, str]
) -> None:
    fill(some_rows(6, assignee=ME, tags=(1,)))
    for most, exact in ((7, True), (5, False)):
        monkeypatch.setattr(wanted, "MOST", most)
        page = found(given)
        assert (page.total, page.is_exact) == (min(most, 6), exact)


def test_a_label_of_more_than_are_looked_at_is_not_passed_off_as_whole(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(some_rows(6, tags=(1,)))
    monkeypatch.setattr(labels, "_A_PAGE", 2)
    monkeypatch.setattr(labels, "MOST_REQUESTS", 2)
    page = found(("tagIds", "is", "1"))
    assert ([row.number for row in page.conversations], page.total, page.is_exact) == ([5, 4, 3, 2], 4, False)


def test_a_window_that_is_too_large_to_look_through_is_not_passed_off_as_whole(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(some_rows(6, subject="x" * 300_000))
    assert found(("subject", "contains", "x"), since=START, until=START + 10).is_exact
    monkeypatch.setattr(sorted_lists, "_BOUND", Bound(10, requests=1))
    page = found(("subject", "contains", "x"), since=START, until=START + 11)
    assert 0 < page.total < 6 and not page.is_exact


def test_a_count_that_stops_is_not_exact(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(some_rows(6))
    monkeypatch.setattr(inbox, "MOST_COUNTED", 4)
    page = found(size=2)
    assert (page.total, page.is_exact) == (4, False)
    with pytest.raises(Invalid):
        found(size=2, page=4)


# --- what they cost


def test_a_list_by_tag_is_a_query_and_batches(aws: None) -> None:
    fill(some_rows(60, tags=(1,)))
    with counted() as sent:
        page = found(("tagIds", "is", "1"))
    # Their rows, their details, and the page's rows as they are now.
    assert sent == ["Query", *["BatchGetItem"] * 3]
    with counted() as sent:
        found(("tagIds", "is", "1"), page=2)
    assert (page.total, sent) == (60, ["BatchGetItem"])


def test_a_list_by_contact_is_a_query_and_batches(aws: None) -> None:
    fill(some_rows(60))
    found(("contactId", "is", "1"))
    with counted() as sent:
        found(("contactId", "is", "1"))
    assert sent == ["Query", "BatchGetItem", "BatchGetItem"]


def test_another_order_of_open_ones_is_one_query_and_the_page(aws: None) -> None:
    fill(some_rows(60))
    with counted() as sent:
        found(("status", "isNot", "closed"), sort="priority")
    assert sent == ["Query", "BatchGetItem"]


# --- unread


@PLAIN
@given(ROWS, LISTS)
def test_unread_ones_are_counted_for_each_filter(
    aws: None, rows: list[Row], asked: list[tuple[list[tuple[str, str, str]], str]]
) -> None:
    fill(rows)
    groups = [condition_list(*one) for one in asked]
    every, counts = lists.count_unread(ctx(), groups)
    unread = [number for number in meant(rows, ()) if not rows[number].is_read]
    assert every == len(unread)
    for group, count in zip(groups, counts, strict=True):
        own = meant(rows, (group,)) & {*unread}
        assert count == (len(own), sum(rows[number].mentions.get(ME) is False for number in own))


def test_counting_for_many_filters_looks_through_the_window_once(aws: None) -> None:
    fill(some_rows(20, status=CLOSED))
    group = condition_list([("priority", "is", "normal")], "all")
    with counted() as for_one:
        assert lists.count_unread(ctx(), [group]) == (20, [(20, 0)])
    with counted() as for_ten:
        assert lists.count_unread(ctx(), [group] * 10) == (20, [(20, 0)] * 10)
    assert for_ten == for_one and set(for_one) == {"Query"}
