"""Conversations: opened, listed, changed, picked, closed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from chalicelib.context import ADMIN, VISITOR, Context
from chalicelib.desk import accounts, people, tokens
from chalicelib.desk.errors import Forbidden, Invalid, NotFound, Stale
from chalicelib.desk.retry import contended
from chalicelib.models import claims, conversations, counters
from chalicelib.models.conversations import Conversation as Conversation
from chalicelib.models.conversations import Loads
from chalicelib.rules import ids, lifecycle, status


def load(ctx: Context, conversation: str) -> Conversation:
    """One conversation that the caller may see: a visitor his own, an agent all of his account. Raises NotFound."""
    found = conversations.get(ctx.account, conversation)
    if found is None or not _may_see(ctx, found):
        raise NotFound("conversation", conversation)
    return found


def _may_see(ctx: Context, found: Conversation) -> bool:
    if ctx.caller.level != VISITOR:
        return True
    if ctx.caller.person is None:
        return tokens.may_speak_for(ctx, found.contact)
    if ctx.caller.person == found.contact:
        tokens.bind(ctx, found.contact)
    return ctx.caller.person == found.contact


def id_of(ctx: Context, number: int) -> str:
    """The uuid of a conversation by its integer id; cached for good. Raises NotFound."""
    found = claims.by_number(ctx.account, "conversation", number)
    if found is None:
        raise NotFound("conversation", number)
    return found


def chat(ctx: Context, contact: str) -> Conversation:
    """The contact's chat, opened where he has none yet; it stays his when it is closed. Raises NotFound for the contact."""

    def attempt() -> Conversation:
        person = people.get(ctx, contact)
        if person.chat:
            return load(ctx, person.chat)
        conversation = Conversation(
            conversations.key(ctx.account, ctx.new_id()),
            number=counters.next_number(ctx.account, "conversation"),
            channel="chat",
            subject=person.name,
            status=status.NEW,
            of_contact=conversations.of_key(ctx.account, person.id),
            contact_number=person.number,
            created_at=ctx.now,
            status_changed_at=ctx.now,
            last_activity_at=ctx.now,
            reassign_at=accounts.load(ctx).looks_again_at(ctx.now),
        )
        conversations.open_(conversation)
        return conversation

    return contended(ctx, attempt)


def held_by_me(ctx: Context, limit: int = 100) -> list[Conversation]:
    """The caller's open conversations, newest assignment first: two requests. Raises Forbidden for a program."""
    if ctx.caller.person is None:
        raise Forbidden("only an agent holds conversations")
    return conversations.get_many(ctx.account, conversations.held(ctx.account, ctx.caller.person, limit, newest_first=True))


@dataclass(frozen=True, slots=True)
class Change:
    """What to change of a conversation; None leaves a field as it is. `assignee` 0 takes it from its agent.

    A `contact` that is given must be the one who has it.
    """

    subject: str | None = None
    priority: str | None = None
    status: str | None = None
    assignee: int | None = None
    is_read: bool | None = None
    contact: int | None = None


def change(ctx: Context, conversation: str, wanted: Change, versions: Collection[int] | None = None) -> Conversation:
    """Changes what is given, at once. `versions` are those on which the caller wants it, None for any.

    Raises Stale for another version, NotFound for the conversation, Invalid for an unknown agent, status or priority.
    """
    _check(wanted)
    assignee = _agent(ctx, wanted.assignee) if wanted.assignee else None

    def attempt() -> Conversation:
        found = load(ctx, conversation)
        if versions is not None and found.version not in versions:
            raise Stale
        if wanted.contact not in (None, found.contact_number):
            raise Invalid("contact", "can't be changed")
        changes = {name: value for name in ("subject", "priority", "is_read") if (value := getattr(wanted, name)) is not None}
        before = found.assignee if found.is_open else None
        changes |= _moved(ctx, found, wanted) | _reassigned(ctx, found, wanted, assignee)
        if changes:
            after = changes.get("assignee", found.assignee) if changes.get("status", found.status) != status.CLOSED else None
            conversations.change(found, changes, ctx.now, Loads(freed=before, held=after))
        return found

    return contended(ctx, attempt)


def _check(wanted: Change) -> None:
    for field, known in (("status", status.STATUSES), ("priority", status.PRIORITIES)):
        value = getattr(wanted, field)
        if value is not None and value not in known:
            raise Invalid(field, f"must be one of {', '.join(known)}")
    if wanted.subject is not None and not 0 < len(wanted.subject) <= 500:
        raise Invalid("subject", "must be 1 to 500 characters")


def _agent(ctx: Context, number: int) -> tuple[str, int]:
    try:
        agent = people.agent_by_number(ctx, number)
    except NotFound as missing:
        raise Invalid("assignee", str(missing)) from missing
    return agent.id, agent.number


def _moved(ctx: Context, found: Conversation, wanted: Change) -> lifecycle.Changes:
    if wanted.status in (None, found.status):
        return {}
    return lifecycle.closed(ctx.now) if wanted.status == status.CLOSED else lifecycle.moved(ctx.now, str(wanted.status))


def _reassigned(ctx: Context, found: Conversation, wanted: Change, agent: tuple[str, int] | None) -> lifecycle.Changes:
    if wanted.assignee == 0 and found.assignee:
        return lifecycle.waiting(None)
    if agent is None or agent[0] == found.assignee:
        return {}
    return lifecycle.assigned(ctx.now, *agent, tried=found.tried)


def close(ctx: Context, conversation: str) -> Conversation:
    """Closes a conversation and frees its agent; one that is closed stays as it is. Raises NotFound."""
    return change(ctx, conversation, Change(status=status.CLOSED))


def close_mine(ctx: Context, conversation: str) -> Conversation:
    """The same for the agent who has it, or a supervisor. Raises Forbidden for another's."""
    found = load(ctx, conversation)
    if found.assignee != ctx.caller.person and not ctx.caller.at_least(ADMIN):
        raise Forbidden("the conversation is not assigned to you")
    return close(ctx, conversation) if found.is_open else found


def pick(ctx: Context, conversation: str) -> Conversation:
    """The caller takes up a conversation assigned to him; the first time counts. Raises Forbidden for another's."""

    def attempt() -> Conversation:
        found = load(ctx, conversation)
        if found.assignee is None or found.assignee != ctx.caller.person:
            raise Forbidden("the conversation is not assigned to you")
        if found.picked_at is None and found.is_open:
            conversations.change(found, lifecycle.picked(ctx.now), ctx.now)
        return found

    return contended(ctx, attempt)


def membership_id(conversation: Conversation, person: str) -> str:
    """A uuid for a person's part in a conversation, always the same one."""
    return ids.derived(conversation.key, person)


def people_of(ctx: Context, rows: Sequence[Conversation]) -> dict[str, people.Card]:
    """Cards of the contacts, assignees and last senders of conversations: at most a request a hundred."""
    return people.cards(ctx, [id_ for row in rows for id_ in (row.contact, row.assignee, row.last_sender)])
