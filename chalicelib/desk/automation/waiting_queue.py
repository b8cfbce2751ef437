"""The waiting queue: visitors who have asked for a conversation that no agent has taken yet.

A visitor's wait is his latest chat itself, so he waits once, and what waits longest goes first. Under an allocation by
group he waits until an agent is there; elsewhere he can write meanwhile.
"""

from collections.abc import Sequence

from chalicelib.context import VISITOR, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import routing
from chalicelib.desk.conversations import conversations, unassigned
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.core import access
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import people, registration
from chalicelib.desk.people.people import Person
from chalicelib.desk.teams import groups
from chalicelib.desk.teams.groups import Group
from chalicelib.models import conversations as rows
from chalicelib.models import summaries
from chalicelib.rules import lifecycle, status
from chalicelib.rules.routing import preferred

#: Agents that a contact may name.
_MOST_NAMED = 100
#: What waits is counted so far, and remembered for so many seconds.
_MOST_COUNTED, _COUNTED_FOR = 1000, 5
_lengths: TimedCache[int] = TimedCache(seconds=_COUNTED_FOR)


@access.allow(VISITOR)
def is_in_queue(ctx: Context, conversation: Conversation) -> bool:
    """Whether its visitor still waits to be let in: nobody has it, and nothing has been said in it."""
    return accounts.load(ctx).by_group and conversation.is_open and _unheard(conversation)


def _unheard(conversation: Conversation) -> bool:
    return conversation.assignee is None and conversation.message_count == conversation.note_count


@access.allow(VISITOR)
def join(ctx: Context, contact: str, group: str | None = None, domain: int | None = None) -> Conversation:
    """The contact's conversation, of a group if one is given, opened where he has none: three requests, and two to give it out.

    Where an agent is there for it, it is his at once; else it waits, and what waits already moves to the group that is
    asked for now. On the page of another `domain` than before he has another one, which a request more notes of him.
    Raises NotFound for the contact and the group.
    """
    _lengths.forget(ctx.account)
    wanted = groups.get(ctx, group) if group else None
    found = retry_on_conflict(ctx, lambda: _join(ctx, people.get(ctx, contact), wanted, domain))
    return routing.assign_now(ctx, found) if is_in_queue(ctx, found) else found


def _join(ctx: Context, person: Person, wanted: Group | None, domain: int | None) -> Conversation:
    registration.record_visit(ctx, person, domain)
    if not person.chat:
        return conversations.open_chat(ctx, person, wanted)
    latest = conversations.load(ctx, person.chat)
    if _unheard(latest):
        return _rejoin(ctx, latest, wanted, person.domain)
    if _is_for(latest, wanted, person.domain):
        return latest
    earlier = [found for found in conversations.list_own_of_contact(ctx, person.id) if _is_for(found, wanted, person.domain)]
    return earlier[0] if earlier else conversations.open_chat(ctx, person, wanted)


def _is_for(conversation: Conversation, group: Group | None, domain: int | None) -> bool:
    """Whether it is of the group and the domain that are asked for, whatever they are where none is."""
    return (group is None or conversation.group == group.id) and domain in (None, conversation.domain)


def _rejoin(ctx: Context, latest: Conversation, wanted: Group | None, domain: int | None) -> Conversation:
    """What waits, waits on; what was cancelled or has expired, is open again; both for the group and the domain asked for now."""
    changes: lifecycle.Changes = {} if domain in (None, latest.domain) else {"domain": domain}
    if not latest.is_open:
        changes |= unassigned.waiting_changes(ctx, latest) | lifecycle.moved(ctx.now, status.NEW)
    elif accounts.load(ctx).by_group and not latest.is_begun:
        changes |= unassigned.empty_changes(ctx, latest)
    if (wanted or not latest.is_open) and latest.group != (wanted.id if wanted else None):
        changes |= {"group": wanted.id if wanted else None, "group_number": wanted.number if wanted else None}
    if changes:
        summaries.change(latest, changes, ctx.now)
    return latest


@access.allow(VISITOR)
def get_of_group(ctx: Context, contact: str, group: str) -> Conversation:
    """The contact's newest conversation of a group that he has been let into: four requests, one less where it is his latest.

    Raises NotFound for the contact, the group and the conversation.
    """
    wanted, person = groups.get(ctx, group), people.get(ctx, contact)
    latest = [conversations.load(ctx, person.chat)] if person.chat else []
    known = latest if latest and latest[0].group == wanted.id else conversations.list_own_of_contact(ctx, person.id)
    found = [row for row in known if row.group == wanted.id and not is_in_queue(ctx, row)]
    if not found:
        raise NotFound("conversation", group)
    return found[0]


@access.allow(VISITOR)
def join_with_agents(ctx: Context, contact: str, agents: Sequence[str]) -> Conversation:
    """The contact's conversation with one of the agents, opened where he has none: with whom routing would choose of them.

    Raises NotFound for the contact and for who is no agent, Invalid for too many of them.
    """
    if len(agents) > _MOST_NAMED:
        raise Invalid("members", f"are {_MOST_NAMED} at most")
    named = _agents(ctx, agents)

    def attempt() -> Conversation:
        person = people.get(ctx, contact)
        earlier = [found for found in conversations.list_own_of_contact(ctx, person.id) if found.assignee in named]
        return earlier[0] if earlier else conversations.open_chat(ctx, person, agent=preferred(named.values()))

    return retry_on_conflict(ctx, attempt)


def _agents(ctx: Context, wanted: Sequence[str]) -> dict[str, Person]:
    found = people.get_many(ctx, wanted)
    for id_ in wanted:
        if id_ not in found or found[id_].kind != people.AGENT_KIND:
            raise NotFound("person", id_)
        people.check_serves(found[id_], "members")
    return found


@access.allow(VISITOR)
def leave(ctx: Context, contact: str, group: str | None = None) -> None:
    """Takes the contact off the queue, or off a group's if one is given: three requests. Raises NotFound for him."""

    def attempt() -> None:
        person = people.get(ctx, contact)
        if not person.chat:
            return
        conversation = conversations.load(ctx, person.chat)
        if accounts.load(ctx).routed and conversation.is_open and _unheard(conversation) and group in (None, conversation.group):
            summaries.change(conversation, lifecycle.closed(ctx.now), ctx.now)

    retry_on_conflict(ctx, attempt)
    _lengths.forget(ctx.account)


@access.allow(VISITOR)
def length(ctx: Context) -> int:
    """How many conversations of the account wait for an agent, counted to 1,000; none do where nobody is assigned.

    One request, none where this process has counted within five seconds: whoever waits asks every three.
    """
    if not accounts.load(ctx).routed:
        return 0
    known = _lengths.get(ctx.account, ctx.now)
    return _lengths.put(ctx.account, rows.count_waiting(ctx.account, _MOST_COUNTED), ctx.now) if known is None else known
