"""The waiting queue: visitors who have asked for a conversation that no agent has taken yet.

A visitor waits with their latest chat, so they wait once, and the longest wait comes first. Under allocation by group they can
write only once an agent is there; elsewhere they can write while they wait.
"""

from collections.abc import Sequence

from chalicelib.context import VISITOR, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import routing
from chalicelib.desk.conversations import conversations, unassigned, writes
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.core import access
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import people, registration
from chalicelib.desk.people.people import Person
from chalicelib.desk.teams import groups
from chalicelib.desk.teams.groups import Group
from chalicelib.models import waiting
from chalicelib.rules import lifecycle, status
from chalicelib.rules.routing import preferred

#: Agents that a contact may name.
_MOST_NAMED = 100
#: The queue's length is counted up to this many, and remembered for this many seconds.
_MOST_COUNTED, _COUNTED_FOR = 1000, 5
_lengths: TimedCache[int] = TimedCache(seconds=_COUNTED_FOR)


@access.allow(VISITOR)
def is_in_queue(ctx: Context, conversation: Conversation) -> bool:
    """Returns whether the conversation's visitor still waits to be let in: it has no agent and no message."""
    return accounts.load(ctx).by_group and conversation.is_open and _unheard(conversation)


def _unheard(conversation: Conversation) -> bool:
    return conversation.assignee is None and conversation.message_count == conversation.note_count


@access.allow(VISITOR)
def join(ctx: Context, contact: str, group: str | None = None, domain: int | None = None) -> Conversation:
    """Returns the contact's conversation, of a group if one is given, and opens one if needed. Three requests, two more to assign
    it.

    An agent who is there gets it at once; else it waits. A conversation that waits already moves to the group that is asked for
    now. On the page of another `domain` the contact has another conversation, and one request more notes the domain. Raises
    NotFound for the contact and the group.
    """
    _lengths.forget(ctx.account)
    wanted = groups.get(ctx, group) if group else None
    found = retry_on_conflict(ctx, lambda: _join(ctx, people.get(ctx, contact), wanted, domain))
    return routing.assign_now(ctx, found) if is_in_queue(ctx, found) else found


def _join(ctx: Context, person: Person, wanted: Group | None, domain: int | None) -> Conversation:
    registration.record_visit(ctx, person, domain)
    latest = conversations.latest_chat(ctx, person)
    if latest is None:
        return conversations.open_chat(ctx, person, wanted)
    if _unheard(latest):
        return _rejoin(ctx, latest, wanted, person.domain)
    if _is_for(latest, wanted, person.domain):
        return latest
    earlier = [found for found in conversations.list_own_of_contact(ctx, person.id) if _is_for(found, wanted, person.domain)]
    return earlier[0] if earlier else conversations.open_chat(ctx, person, wanted)


def _is_for(conversation: Conversation, group: Group | None, domain: int | None) -> bool:
    """Returns whether it is of this group and domain. None means any."""
    return (group is None or conversation.group == group.id) and domain in (None, conversation.domain)


def _rejoin(ctx: Context, latest: Conversation, wanted: Group | None, domain: int | None) -> Conversation:
    """Lets a waiting conversation wait on, and opens a cancelled or expired one again, for the group and domain asked for now."""
    changes: lifecycle.Changes = {} if domain in (None, latest.domain) else {"domain": domain}
    if not latest.is_open:
        changes |= unassigned.waiting_changes(ctx, latest) | lifecycle.moved(ctx.now, status.NEW)
    elif accounts.load(ctx).by_group and not latest.is_begun:
        changes |= unassigned.empty_changes(ctx, latest)
    if (wanted or not latest.is_open) and latest.group != (wanted.id if wanted else None):
        changes |= {"group": wanted.id if wanted else None, "group_number": wanted.number if wanted else None}
    if changes:
        writes.change(ctx, latest, changes)
    return latest


@access.allow(VISITOR)
def get_of_group(ctx: Context, contact: str, group: str) -> Conversation:
    """Returns the contact's newest conversation of a group in which they no longer wait. Four requests, one less for their
    latest.

    Raises NotFound for the contact, the group and the conversation.
    """
    wanted, person = groups.get(ctx, group), people.get(ctx, contact)
    latest = conversations.latest_chat(ctx, person)
    known = [latest] if latest and latest.group == wanted.id else conversations.list_own_of_contact(ctx, person.id)
    found = [row for row in known if row.group == wanted.id and not is_in_queue(ctx, row)]
    if not found:
        raise NotFound("conversation", group)
    return found[0]


@access.allow(VISITOR)
def join_with_agents(ctx: Context, contact: str, agents: Sequence[str]) -> Conversation:
    """Returns the contact's conversation with one of these agents, else opens one with the agent that routing prefers.

    Raises NotFound for an unknown contact and for an id that is not an agent's, Invalid for too many agents.
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
    """Takes the contact out of the queue, or out of a group's queue if one is given. Three requests. Raises NotFound for the
    contact.
    """

    def attempt() -> None:
        person = people.get(ctx, contact)
        conversation = conversations.latest_chat(ctx, person)
        if conversation is None or group not in (None, conversation.group):
            return
        if accounts.load(ctx).routed and conversation.is_open and _unheard(conversation):
            writes.change(ctx, conversation, lifecycle.closed(ctx.now))

    retry_on_conflict(ctx, attempt)
    _lengths.forget(ctx.account)


@access.allow(VISITOR)
def length(ctx: Context) -> int:
    """Returns how many conversations of the account wait for an agent, counted to 1,000; 0 where the account does not route.

    One request, none where this process has counted within five seconds, because waiting clients ask every three.
    """
    if not accounts.load(ctx).routed:
        return 0
    known = _lengths.get(ctx.account, ctx.now)
    return _lengths.put(ctx.account, waiting.count(ctx.account, _MOST_COUNTED), ctx.now) if known is None else known
