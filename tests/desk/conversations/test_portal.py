"""The portal's use cases: merged and deleted conversations, long threads, and two who change one at the same moment."""

from collections.abc import Callable

import pytest

from chalicelib.context import ADMIN, Context
from chalicelib.desk.conversations import conversations, history, messages, portal, updates
from chalicelib.desk.conversations.composing import NOTE, PostMessage
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core.errors import Forbidden, NotFound
from chalicelib.desk.people import contacts
from chalicelib.desk.people.people import Person
from chalicelib.models import summaries
from tests.lambdas import counted
from tests.world import World

HUGE = "\x01" * 60_000


def person(world: World, name: str = "Jane") -> Person:
    return portal.contact_of(world.as_agent(), contacts.create(world.ctx(ADMIN), contacts.Change(name)).number)


def submitted(ctx: Context, contact: Person, text: str = "where?") -> Conversation:
    return portal.submit(ctx, contact, Change(subject="A parcel"), PostMessage("", text)).conversation


def test_a_visitor_s_token_is_not_let_in(world: World) -> None:
    jane = person(world)
    made = submitted(world.as_agent(), jane)
    ctx = world.as_visitor(jane.id)
    for act in (portal.load, portal.close, portal.reopen):
        with pytest.raises(Forbidden):
            act(ctx, jane, made.id)
    with pytest.raises(Forbidden):
        portal.mark_read(ctx, None, made.id, is_read=True)
    with pytest.raises(Forbidden):
        portal.list_of_contact(ctx, jane)


def test_a_program_without_a_person_acts_for_contacts_too(world: World) -> None:
    jane, ctx = person(world), world.ctx(ADMIN)
    made = submitted(ctx, jane)
    portal.reply(ctx, jane, made, PostMessage("", "more"))
    assert [row.sender for row in portal.list_messages(ctx, jane, made).messages] == [jane.id, jane.id]
    assert [row.id for row in portal.list_of_contact(ctx, jane)] == [made.id]


def test_a_conversation_that_is_given_to_another_contact_is_theirs_alone(world: World) -> None:
    ctx, jane, ben = world.as_agent(), person(world), person(world, "Ben")
    made = submitted(ctx, jane)
    updates.change(ctx, made.id, Change(contact=ben.number))
    assert (portal.list_of_contact(ctx, jane), [row.id for row in portal.list_of_contact(ctx, ben)]) == ([], [made.id])
    with pytest.raises(NotFound):
        portal.load(ctx, jane, made.id)
    assert portal.load(ctx, ben, made.id).id == made.id


@pytest.mark.parametrize("act", [portal.close, portal.reopen])
def test_a_change_that_comes_between_is_seen(
    world: World, monkeypatch: pytest.MonkeyPatch, act: Callable[[Context, Person, str], Conversation]
) -> None:
    ctx, jane = world.as_agent(), person(world)
    made = submitted(ctx, jane)
    if act is portal.reopen:
        updates.close(ctx, made.id)
    real = summaries.change
    calls: list[int] = []

    def once_refused(conversation: Conversation, *given: object, **named: object) -> None:
        if not calls:
            calls.append(1)
            updates.change(ctx, made.id, Change(priority="high"))
        real(conversation, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(summaries, "change", once_refused)
    changed = act(ctx, jane, made.id)
    assert (changed.is_open, changed.priority) == (act is portal.reopen, "high")
    assert conversations.load(ctx, made.id).is_open == changed.is_open


def test_a_thread_shows_the_newest_that_fit_in_an_answer(world: World) -> None:
    """60,000 control characters are 360,000 in JSON, and as many again as HTML."""
    ctx, jane = world.as_agent(), person(world)
    made = submitted(ctx, jane)
    for at in range(12):
        messages.post(ctx, PostMessage(made.id, f"{HUGE[:-2]}{at:02}"))
    for shown in (portal.list_messages(ctx, jane, made).messages, history.list_latest(ctx, made.id).messages):
        assert 3 <= len(shown) < 12
        assert [row.body[-2:] for row in shown] == [f"{at:02}" for at in range(12 - len(shown), 12)]
    for path in (
        f"conversations/{made.number}/messages?x=",
        f"portalconversations/{made.number}/messages?contactId={jane.number}",
    ):
        answer = world.call("GET", f"/api/v3/anytime/{path}", **world.bearer())
        assert answer.status == 200 and 2_000_000 < len(answer.raw) < 6_000_000


def test_older_messages_than_fit_are_on_the_page_before(world: World) -> None:
    ctx, jane = world.as_agent(), person(world)
    made = submitted(ctx, jane)
    for at in range(9):
        messages.post(ctx, PostMessage(made.id, f"{HUGE[:-2]}{at:02}"))
    path = f"/api/v3/anytime/conversations/{made.number}/messages"
    seen: list[str] = []
    while path:
        page = world.call("GET", path, **world.bearer()).body
        seen = [one["plainBody"][-2:] for one in page["messages"]] + seen
        path = page.get("previousPage", "").removeprefix("https://desk.test")
    assert seen == ["e?", *(f"{at:02}" for at in range(9))]


def test_many_notes_hide_no_message(world: World) -> None:
    ctx, jane = world.as_agent(), person(world)
    made = submitted(ctx, jane)
    for _ in range(20):
        messages.post(ctx, PostMessage(made.id, "x" * 60_000, kind=NOTE))
    assert [row.body for row in portal.list_messages(ctx, jane, made).messages] == ["where?"]


def test_a_list_costs_a_request_for_each_hundred(world: World) -> None:
    ctx, jane = world.as_agent(), person(world)
    for _ in range(101):
        submitted(ctx, jane)
    with counted() as sent:
        assert len(portal.list_of_contact(ctx, jane)) == 101
    assert sent == ["Query", "BatchGetItem", "BatchGetItem"]
