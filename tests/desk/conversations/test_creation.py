"""Conversations that agents and programs create: what they are, who gets them, and what they cost."""

from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.context import ADMIN, Context
from chalicelib.desk.accounts import custom_fields
from chalicelib.desk.conversations import attachments, creation, history
from chalicelib.desk.conversations.composing import NOTE, PostMessage
from chalicelib.desk.conversations.creation import NewConversation
from chalicelib.desk.conversations.files import Attach
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core.errors import Conflict, DeskError, Invalid, Missing, NotFound
from chalicelib.desk.people import contacts, people
from chalicelib.models import conversations as rows
from chalicelib.models import details, labels, status_history
from chalicelib.models.conversations import Conversation
from tests.desk.conversations.desk import contact, create, department, field, load_of, new, read, tag
from tests.lambdas import counted
from tests.world import World


def messages(ctx: Context, conversation: Conversation) -> list[tuple[str, str]]:
    return [(row.kind, row.body) for row in history.list_latest(ctx, conversation.id).messages]


def refusal(ctx: Context, wanted: NewConversation) -> str:
    with pytest.raises(DeskError) as refused:
        creation.create(ctx, wanted)
    return str(refused.value)


def stored(world: World, who: int) -> list[str]:
    """Uuids of a contact's conversations."""
    return rows.of_contact(world.account, contacts.get(world.ctx(ADMIN), who).id, 100)


def test_it_has_what_it_was_given_and_its_first_message(world: World) -> None:
    ctx, who, urgent = world.as_agent(), contact(world), tag(world, "urgent")
    sales, size = department(world, "Sales"), field(world, "size")
    made = create(
        ctx,
        "We called you",
        contact=who.number,
        group=sales.number,
        priority="high",
        status="on_hold",
        tags=(urgent, urgent),
        custom_fields={size: "L"},
        metadata={"order": "7"},
        channel="email",
    )
    assert (made.subject, made.channel, made.priority, made.status) == ("A parcel", "email", "high", "on_hold")
    assert (made.contact, made.contact_number, made.creator_number) == (who.id, who.number, world.agents[0].number)
    assert (made.group, made.group_number, made.message_count, made.preview) == (sales.id, sales.number, 1, "We called you")
    assert (made.is_read, made.is_read_by_contact, made.created_at, made.last_activity_at) == (True, False, world.now, world.now)
    beside = details.get(made.key)
    assert beside and (beside.tags, beside.custom_fields, beside.metadata) == ([urgent], {size: "L"}, {"order": "7"})
    assert labels.counts(world.account, [labels.tag(urgent)]) == {labels.tag(urgent): 1}
    assert messages(ctx, made) == [("reply", "We called you")]
    assert stored(world, who.number) == [made.id]


def test_it_takes_four_requests_at_most_for_a_known_contact(world: World) -> None:
    ctx, who, urgent = world.as_agent(), contact(world), tag(world, "urgent")
    sales = department(world, "Sales")
    wanted = new(contact=who.number, group=sales.number, tags=(urgent,))
    creation.create(ctx, wanted)
    with counted() as sent:
        creation.create(ctx, wanted)
    assert sent == ["GetItem", "UpdateItem", "TransactWriteItems"]
    with counted() as sent:
        creation.create(ctx, replace(wanted, fields=replace(wanted.fields, assignee=world.agents[1].number)))
    assert sent[-2:] == ["UpdateItem", "TransactWriteItems"] and len(sent) <= 5


def test_without_a_contact_it_gets_a_nameless_one(world: World) -> None:
    made = create(world.as_agent())
    assert people.load_view(world.ctx(ADMIN), made.contact).number == made.contact_number


def test_a_program_s_is_the_system_s(world: World) -> None:
    made = create(world.ctx(ADMIN), contact=contact(world).number)
    assert (made.creator_number, made.last_sender_kind, made.is_read) == (0, "system", False)


def test_a_contact_s_own_is_theirs_and_unread(world: World) -> None:
    who = contact(world)
    made = read(creation.create(world.as_agent(), replace(new(contact=who.number), is_by_contact=True)).conversation)
    assert [made.creator_number, made.last_sender, made.last_sender_kind] == [None, who.id, "contact"]
    assert (made.is_read, made.is_read_by_contact, made.status) == (False, True, "new")


# --- who gets it


def test_it_is_routed_as_any_other(world: World) -> None:
    world.online(world.agents[1])
    made = create(world.as_agent(), contact=contact(world).number)
    assert made.assignee is None and made.waits_since
    world.settle()
    assert (read(made).assignee, load_of(world, 1)) == (world.agents[1].id, 1)


def test_one_that_begins_with_a_note_waits_until_somebody_is_online(world: World) -> None:
    made = create(world.as_agent(), contact=contact(world).number, kind=NOTE)
    world.settle()
    assert read(made).waits_since
    world.online(world.agents[2])
    assert read(made).assignee == world.agents[2].id


def test_one_for_a_department_goes_to_an_agent_of_it(world: World) -> None:
    sales = department(world, "Sales", world.agents[2])
    world.online(world.agents[0])
    made = create(world.as_agent(), contact=contact(world).number, group=sales.number)
    world.settle()
    assert read(made).assignee is None
    world.online(world.agents[2])
    assert read(made).assignee == world.agents[2].id


@pytest.mark.parametrize("kind", ["reply", NOTE])
def test_with_an_agent_it_is_theirs_and_counts_once(world: World, kind: str) -> None:
    world.online(world.agents[0])
    wanted = new(kind=kind, contact=contact(world).number, assignee=world.agents[1].number, key="k")
    for _ in range(2):
        made = read(creation.create(world.as_agent(), wanted).conversation)
    world.settle()
    assert (made.assignee, made.assignee_number) == (world.agents[1].id, world.agents[1].number)
    assert made.picked_at is None and made.reassign_at is None
    assert [load_of(world, at) for at in range(3)] == [0, 1, 0]
    found = details.get(made.key)
    assert found and [step.kind for step in found.changes] == [status_history.ASSIGNED]


def test_an_agent_who_creates_it_for_themselves_has_picked_it(world: World) -> None:
    made = create(world.as_agent(), contact=contact(world).number, assignee=world.agents[0].number)
    assert (made.assignee, made.picked_at) == (world.agents[0].id, world.now)


@pytest.mark.parametrize("at", [None, 1])
def test_one_that_is_created_closed_is_nobody_s_load_and_not_routed(world: World, at: int | None) -> None:
    world.online(world.agents[0])
    assignee = None if at is None else world.agents[at].number
    made = create(world.as_agent(), contact=contact(world).number, status="closed", assignee=assignee)
    world.pass_(3600)
    made = read(made)
    assert (made.status, made.closed_at, made.assignee_number) == ("closed", made.created_at, assignee)
    assert [made.reassign_at, made.warn_at, made.close_at] == [None] * 3
    assert [load_of(world, at) for at in range(3)] == [0, 0, 0]


@pytest.mark.parametrize("status", ["new", "pending_internal", "on_hold", "pending_external"])
def test_only_one_that_waits_for_its_contact_is_closed_for_silence(world: World, status: str) -> None:
    made = create(world.as_agent(), contact=contact(world).number, status=status, assignee=world.agents[0].number)
    assert (made.status, bool(made.close_at)) == (status, status == "pending_external")
    world.pass_(86_400)
    assert (read(made).status == "closed") == (status == "pending_external")


def test_a_first_note_is_no_reply(world: World) -> None:
    made = create(world.as_agent(), "they called", kind=NOTE, contact=contact(world).number)
    assert [made.message_count, made.note_count] == [1, 1]
    assert [made.preview, made.last_message, made.last_sender] == [None] * 3
    assert (made.last_message_at, made.touched_at, made.is_read) == (None, world.now, True)
    assert messages(world.as_agent(), made) == [("note", "they called")]


def test_a_first_note_mentions_agents(world: World) -> None:
    ben = world.agents[1].number
    note = PostMessage("", "", kind=NOTE, html_body=f'<p><span data-id={ben} class="athighlight">Ben</span> look</p>')
    made = read(creation.create(world.as_agent(), replace(new(contact=contact(world).number), message=note)).conversation)
    beside = details.get(made.key)
    assert beside and [(agent, mention.is_read) for agent, mention in beside.mentions.items()] == [(ben, False)]
    assert labels.conversations_with(world.account, labels.mention(ben)) == ([made.id], True)


# --- the same again


def test_the_same_key_gives_the_same_conversation(world: World) -> None:
    ctx, who = world.as_agent(), contact(world)
    wanted = new(contact=who.number, key="order 7", assignee=world.agents[1].number)
    first = creation.create(ctx, wanted)
    again = creation.create(replace(ctx, now=ctx.now + 60_000), wanted)
    assert (again.conversation.id, again.message.id) == (first.conversation.id, first.message.id)
    assert stored(world, who.number) == [first.conversation.id]
    assert messages(ctx, first.conversation) == [("reply", "Hello")]
    assert load_of(world, 1) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"subject": "Another"},
        {"priority": "low"},
        {"status": "closed"},
        {"said": "Other words"},
        {"kind": NOTE},
        {"channel": "email"},
        {"metadata": {"order": "8"}},
    ],
    ids=str,
)
def test_the_same_key_for_another_conversation_is_a_conflict(world: World, other: dict[str, Any]) -> None:
    ctx, who = world.as_agent(), contact(world)
    made = creation.create(ctx, new(contact=who.number, key="order 7"))
    with pytest.raises(Conflict):
        creation.create(ctx, new(**{"contact": who.number, "key": "order 7", **other}))
    assert stored(world, who.number) == [made.conversation.id]


def test_a_key_is_its_caller_s(world: World) -> None:
    who = contact(world)
    made = {create(world.as_agent(at), contact=who.number, key="k").id for at in (0, 1)}
    assert len(made) == 2


# --- what it can't have


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"contact": 10**6}, "contact: is not the id of a contact"),
    ({"assignee": 10**6}, "assignee: is not the id of an agent"),
    ({"group": 10**6}, "group: is not the id of a department"),
    ({"tags": (10**6,)}, "tag_numbers: must be ids of tags"),
    ({"custom_fields": {10**6: "x"}}, "customFields: must be of the account's fields"),
    ({"metadata": {"colour": "x"}}, "metadata: are ccr, order, entity, language, of 256 characters at most"),
    ({"status": "sad"}, "status: must be one of new, pending_internal, pending_external, on_hold, closed"),
    ({"priority": "high!"}, "priority: must be one of urgent, high, normal, low"),
    ({"subject": "x" * 501}, "subject: must be 1 to 500 characters"),
    ({"subject": ""}, "subject is required"),
    ({"channel": "fax"}, "channel: must be one of portal, email"),
    ({"said": ""}, "body: must not be empty"),
]


@pytest.mark.parametrize(("wrong", "told"), WRONG, ids=[str(wrong)[:24] for wrong, _ in WRONG])
def test_what_it_can_not_have_is_named_and_nothing_is_stored(world: World, wrong: dict[str, Any], told: str) -> None:
    who = contact(world)
    assert refusal(world.as_agent(), new(**{"contact": who.number, **wrong})) == told
    assert stored(world, who.number) == []


def test_a_removed_contact_gets_none(world: World) -> None:
    who = contact(world)
    contacts.remove(world.ctx(ADMIN), who.number)
    assert refusal(world.as_agent(), new(contact=who.number)) == "contact: is not the id of a contact"


def test_required_fields_are_asked_for_and_defaults_filled_in(world: World) -> None:
    who, size, _ = contact(world), field(world, "size", is_required=True), field(world, "colour", default="red")
    assert refusal(world.as_agent(), new(contact=who.number)) == "customFields.size: is required"
    made = create(world.as_agent(), contact=who.number, custom_fields={size: "L"})
    beside = details.get(made.key)
    shown = {one.name: beside.custom_fields.get(one.number) for one in custom_fields.load(world.ctx(ADMIN))} if beside else {}
    assert shown == {"size": "L", "colour": "red"}


def test_it_has_the_files_of_its_first_message(world: World) -> None:
    who = contact(world)
    path = "/api/v3/anytime/attachments"
    guid = world.form_data(path, world.bearer(), file=("a.txt", "text/plain", b"words")).body["guid"]
    message = PostMessage("", "", attachments=(Attach(guid),), exactly=True)
    wanted = replace(new(contact=who.number, key="k"), message=message)
    made = creation.create(world.as_agent(), wanted)
    assert [file.name for file in made.message.attachments or []] == ["a.txt"]
    beside = details.get(made.conversation.key)
    assert beside and beside.attached_bytes == 5
    assert attachments.get(world.as_agent(), guid).conversation == made.conversation.id
    assert creation.create(world.as_agent(), wanted).conversation.id == made.conversation.id


def test_another_s_file_is_refused(world: World) -> None:
    guid = world.form_data("/api/v3/anytime/attachments", world.bearer(), file=("a.txt", "text/plain", b"words")).body["guid"]
    who = contact(world)
    wanted = replace(new(contact=who.number), message=PostMessage("", "", attachments=(Attach(guid),)))
    with pytest.raises((NotFound, Invalid)):
        creation.create(world.as_agent(1), wanted)
    assert stored(world, who.number) == []


def test_a_conversation_without_a_subject_is_missing_one(world: World) -> None:
    with pytest.raises(Missing):
        creation.create(world.as_agent(), NewConversation(Change(), PostMessage("", "x")))


def test_a_key_that_is_repeated_makes_no_other_nameless_contact(world: World) -> None:
    given = {"subject": "x", "channel": "portal", "message": {"type": "reply", "plainBody": "hello"}}
    headers = world.bearer() | {"Idempotency-Key": "once"}
    first, again = (world.call("POST", "/api/v3/anytime/conversations", given, **headers).body for _ in range(2))
    assert first["conversation"]["contactId"] == again["conversation"]["contactId"]
    with counted() as sent:
        world.call("POST", "/api/v3/anytime/conversations", given, **headers)
    assert "TransactWriteItems" not in sent
