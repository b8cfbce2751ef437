"""Conversations: opened, listed, changed, picked, closed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from chalicelib.context import ADMIN, AGENT, VISITOR, Context
from chalicelib.desk.auth import tokens
from chalicelib.desk.conversations.unassigned import empty as empty
from chalicelib.desk.conversations.unassigned import looks_again_at as looks_again_at
from chalicelib.desk.conversations.unassigned import named as named
from chalicelib.desk.conversations.unassigned import waiting as waiting
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.errors import Forbidden, Invalid, NotFound, Stale, Unavailable
from chalicelib.desk.core.retry import contended
from chalicelib.desk.people import people
from chalicelib.models import conversations, details, memberships, sequences, summaries, unique_names
from chalicelib.models import people as rows
from chalicelib.models import status_history as status_history
from chalicelib.models.conversations import Conversation as Conversation
from chalicelib.models.details import FACTS as FACTS
from chalicelib.models.details import Details as Details
from chalicelib.models.summaries import Loads
from chalicelib.rules import ids, lifecycle, status
from chalicelib.rules.groups import Group

#: Characters of a fact of a conversation.
LONGEST_FACT = 256


@access.allow(VISITOR)
def load(ctx: Context, conversation: str) -> Conversation:
    """One conversation that the caller may see. Raises NotFound.

    A visitor sees his own and those that he was added to; an agent all of his account but the internal ones of others.
    One request, or one more where only a membership tells.
    """
    found = conversations.get(ctx.account, conversation) if ids.is_uuid(conversation) else None
    if found is None or not _may_see(ctx, found):
        raise NotFound("conversation", conversation)
    return found


def _may_see(ctx: Context, found: Conversation) -> bool:
    caller = ctx.caller
    if caller.level == VISITOR:
        return not found.is_internal and _is_a_visitors(ctx, found)
    return not found.is_internal or caller.person in (None, found.contact, found.assignee) or _is_member(ctx, found)


def _is_a_visitors(ctx: Context, found: Conversation) -> bool:
    person = ctx.caller.person
    if person is None:
        return tokens.may_speak_for(ctx, found.contact) and people.is_contact(ctx, found.contact)
    if person != found.contact and not (found.member_count and _is_member(ctx, found)):
        return False
    tokens.bind(ctx, person)
    return True


def _is_member(ctx: Context, found: Conversation) -> bool:
    person = str(ctx.caller.person)
    row = memberships.get(ctx.account, found.id, person) if ids.is_uuid(person) else None
    by_level = row and (row.of_contact if ctx.caller.level == VISITOR else row.held_by)
    return row is not None and row.is_member and bool(by_level)


def load_support(ctx: Context, conversation: str) -> Conversation:
    """The same of those with a contact, which have a status, an agent and an end. Raises NotFound for an internal one."""
    found = load(ctx, conversation)
    if found.is_internal:
        raise NotFound("conversation", conversation)
    return found


@access.allow(AGENT)
def id_of(ctx: Context, number: int) -> str:
    """The uuid of a conversation by its integer id; cached for good. Raises NotFound."""
    found = unique_names.by_number(ctx.account, "conversation", number)
    if found is None:
        raise NotFound("conversation", number)
    return found


@access.allow(VISITOR)
def chat(ctx: Context, contact: str) -> Conversation:
    """The contact's chat, opened where he has none yet; it stays his when it is closed. Raises NotFound for the contact."""

    def attempt() -> Conversation:
        person = people.get(ctx, contact)
        return load(ctx, person.chat) if person.chat else begin(ctx, person)

    return contended(ctx, attempt)


def begin(ctx: Context, person: people.Person, group: Group | None = None, agent: people.Person | None = None) -> Conversation:
    """Opens a contact's next chat, for a group or with an agent where one is given, else empty: two requests.

    Raises Refused where the contact has opened another since he was read.
    """
    conversation = new(ctx, person.id, person.number, person.name)
    conversation.domain = person.domain
    if group:
        conversation.group, conversation.group_number = group.id, group.number
    begun = lifecycle.assigned(ctx.now, agent.id, agent.number, ()) | named(ctx) if agent else empty(ctx, conversation)
    for name, value in begun.items():
        setattr(conversation, name, value)
    summaries.open_(conversation, person.chat)
    return conversation


def new(ctx: Context, contact: str, number: int, subject: str) -> Conversation:
    """A conversation that is still to be stored, with the next number: one request. Raises TooMany."""
    rate_limits.spend_conversation(ctx, contact)
    return Conversation(
        conversations.key(ctx.account, ctx.new_id()),
        number=sequences.next_number(ctx.account, "conversation"),
        channel="chat",
        subject=subject,
        status=status.NEW,
        of_contact=conversations.of_key(ctx.account, contact),
        contact_number=number,
        created_at=ctx.now,
        status_since=ctx.now,
        last_activity_at=ctx.now,
    )


@access.allow(AGENT)
def held_by_me(ctx: Context, limit: int = 100) -> list[tuple[Conversation, Details | None]]:
    """The conversations assigned to the caller, open, newest assignment first, with their details: two requests, three where
    there are more than fifty. Raises Forbidden for a program.
    """
    me = ctx.caller.person
    if me is None:
        raise Forbidden("only an agent holds conversations")
    found = details.with_details(ctx.account, conversations.assigned_to(ctx.account, me, limit))
    return [(row, known) for row, known in found if row.assignee == me and row.is_open and not row.is_internal]


@access.allow(AGENT)
def facts_of(ctx: Context, rows: Sequence[Conversation]) -> dict[str, dict[str, str]]:
    """What is known of what conversations are about, by uuid and name (FACTS): one request for each hundred that have any."""
    found = details.of_many(ctx.account, [row.id for row in rows if row.facts])
    return {id_: known.facts for id_, known in found.items()}


def of_contact(ctx: Context, contact: str, limit: int = 100) -> list[Conversation]:
    """A contact's conversations, the latest first: two requests."""
    return conversations.get_many(ctx.account, conversations.of_contact(ctx.account, contact, limit))


def own_of_contact(ctx: Context, contact: str) -> list[Conversation]:
    """Those of the same that are with him, and not another's that he was added to: two requests."""
    return [row for row in of_contact(ctx, contact) if row.contact == contact]


def some(ctx: Context, wanted: Sequence[str]) -> list[Conversation]:
    """Those of the conversations that the account has, in the order asked for, as they are now: a request for each hundred."""
    return conversations.get_many(ctx.account, [id_ for id_ in wanted if ids.is_uuid(id_)], consistent=True)


@access.allow(AGENT)
def held_by(ctx: Context, agent: str, limit: int = 100) -> list[Conversation]:
    """An agent's open conversations, newest assignment first: two requests."""
    return conversations.get_many(ctx.account, conversations.held(ctx.account, agent, limit, newest_first=True))


@dataclass(frozen=True, slots=True)
class Change:
    """What to change of a conversation; None leaves a field as it is. `assignee` 0 takes it from its agent.

    A `contact` that is given must be the one who has it. `facts` are by name (FACTS), None where one is cleared.
    """

    subject: str | None = None
    priority: str | None = None
    status: str | None = None
    assignee: int | None = None
    is_read: bool | None = None
    contact: int | None = None
    facts: Mapping[str, str | None] = field(default_factory=dict)


@access.allow(AGENT)
def change(ctx: Context, conversation: str, wanted: Change, versions: Collection[int] | None = None) -> Conversation:
    """Changes what is given, at once. `versions` are those on which the caller wants it, None for any.

    Raises Stale for another version, NotFound for the conversation, Invalid for an unknown agent, status or priority.
    """
    _check(wanted)

    def attempt() -> Conversation:
        assignee = _agent(ctx, wanted.assignee) if wanted.assignee else None
        found = load_support(ctx, conversation)
        if versions is not None and found.version not in versions:
            raise Stale
        if wanted.contact not in (None, found.contact_number):
            raise Invalid("contact", "can't be changed")
        changes = {name: value for name in ("subject", "priority", "is_read") if (value := getattr(wanted, name)) is not None}
        before = found.carrier
        changes |= _moved(ctx, found, wanted) | _reassigned(ctx, found, wanted, assignee)
        if changes or wanted.facts:
            is_carried = changes.get("status", found.status) != status.CLOSED and not changes.get("named", found.named)
            after = changes.get("assignee", found.assignee) if is_carried else None
            loads = Loads(freed=before, held=after)
            summaries.change(found, changes, ctx.now, loads, escalates=_escalates(assignee), facts=wanted.facts)
        return found

    return contended(ctx, attempt)


def _escalates(agent: people.Person | None) -> bool:
    """Whether to give a conversation to an agent by hand is to bring it before a supervisor."""
    return agent is not None and agent.level == ADMIN


def _check(wanted: Change) -> None:
    for name, known in (("status", status.STATUSES), ("priority", status.PRIORITIES)):
        value = getattr(wanted, name)
        if value is not None and value not in known:
            raise Invalid(name, f"must be one of {', '.join(known)}")
    if wanted.subject is not None and not 0 < len(wanted.subject) <= 500:
        raise Invalid("subject", "must be 1 to 500 characters")
    for name, value in wanted.facts.items():
        if name not in FACTS or len(value or "") > LONGEST_FACT:
            raise Invalid("facts", f"are {', '.join(FACTS)}, of {LONGEST_FACT} characters at most")


def _agent(ctx: Context, number: int) -> people.Person:
    try:
        return people.check_serves(people.agent_by_number(ctx, number), "assignee")
    except NotFound as missing:
        raise Unavailable("assignee", str(missing)) from missing


def _moved(ctx: Context, found: Conversation, wanted: Change) -> lifecycle.Changes:
    if wanted.status in (None, found.status):
        return {}
    if wanted.status == status.CLOSED:
        return lifecycle.closed(ctx.now)
    return lifecycle.moved(ctx.now, str(wanted.status)) | ({} if found.is_open or wanted.assignee else left_alone(ctx, found))


def left_alone(ctx: Context, found: Conversation) -> lifecycle.Changes:
    """What else changes where a closed conversation opens again: it waits if the agent it was assigned to can't serve any more.

    One request where it has one.
    """
    if found.assignee is None or people.can_serve(rows.get(ctx.account, found.assignee)):
        return {}
    return lifecycle.waiting(looks_again_at(ctx, found)) if found.named else waiting(ctx, found)


def _reassigned(ctx: Context, found: Conversation, wanted: Change, agent: people.Person | None) -> lifecycle.Changes:
    if wanted.assignee == 0 and found.assignee:
        return lifecycle.waiting(looks_again_at(ctx, found))
    if agent is None or agent.id == found.assignee:
        return {}
    return lifecycle.assigned(ctx.now, agent.id, agent.number, tried=found.tried)


@access.allow(AGENT)
def close(ctx: Context, conversation: str) -> Conversation:
    """Closes a conversation and frees its agent; one that is closed stays as it is. Raises NotFound."""
    return change(ctx, conversation, Change(status=status.CLOSED))


@access.allow(AGENT)
def close_mine(ctx: Context, conversation: str) -> Conversation:
    """The same for the agent who has it, or a supervisor: two requests. Raises Forbidden for another's."""

    def attempt() -> Conversation:
        found = load_support(ctx, conversation)
        if found.assignee != ctx.caller.person and not ctx.caller.at_least(ADMIN):
            raise Forbidden("the conversation is not assigned to you")
        if found.is_open:
            summaries.change(found, lifecycle.closed(ctx.now), ctx.now, Loads(freed=found.carrier))
        return found

    return contended(ctx, attempt)


def reopen(ctx: Context, found: Conversation) -> Conversation:
    """Opens again what was closed for all: a visitor's waits for an agent, an agent's goes back to who had it last.

    One that is open stays as it is, without a request. Raises NotFound.
    """
    if found.is_open:
        return found

    def attempt() -> Conversation:
        now = load_support(ctx, found.id)
        if now.is_open:
            return now
        changes = lifecycle.moved(ctx.now, status.PENDING_INTERNAL)
        is_free = ctx.caller.level == VISITOR or now.assignee is None
        changes |= waiting(ctx, now) if is_free else left_alone(ctx, now)
        summaries.change(now, changes, ctx.now, Loads(held=changes.get("assignee", now.assignee)))
        return now

    return contended(ctx, attempt)


@access.allow(AGENT)
def pick(ctx: Context, conversation: str) -> Conversation:
    """The caller takes up a conversation assigned to him; the first time counts. Raises Forbidden for another's."""

    def attempt() -> Conversation:
        found = load_support(ctx, conversation)
        if found.assignee is None or found.assignee != ctx.caller.person:
            raise Forbidden("the conversation is not assigned to you")
        if found.picked_at is None and found.is_open:
            summaries.change(found, lifecycle.picked(ctx.now), ctx.now)
        return found

    return contended(ctx, attempt)


def membership_id(conversation: Conversation, person: str) -> str:
    """A uuid for a person's part in a conversation, always the same one."""
    return ids.derived(conversation.key, person)


@access.allow(VISITOR)
def people_of(ctx: Context, rows: Sequence[Conversation]) -> dict[str, people.Card]:
    """Cards of the contacts, assignees and last senders of conversations: at most a request a hundred."""
    return people.cards(ctx, [id_ for row in rows for id_ in (row.contact, row.assignee, row.last_sender)])
