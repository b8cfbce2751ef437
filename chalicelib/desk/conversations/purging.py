"""Purging: removes all that is stored of a deleted conversation, a part at a time, the summary last. Statistics stay, and
what it has counted is kept for their recount, without texts or the contact.

Rows beside a conversation are keyed by people, who are found by its messages, its members and the account's agents. Some rows
only expire at their own time: a timer that is not due yet, who has it open, the answer to a repeated request, an upload that no
message has, its words in the search's blocks.
"""

from collections.abc import Collection, Iterable
from functools import partial

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.conversations import members
from chalicelib.desk.core import access, counted
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.search import search
from chalicelib.desk.teams import groups
from chalicelib.models import conversations, deletions, details, devices, people, purges, statistics_kept, unique_names
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import Details
from chalicelib.models.people import CONTACT, Person

#: Messages that one run removes, and those of them that it removes at a time.
MOST_AT_ONCE, _PART = 2_000, 100


@access.allow(SYSTEM)
def run(ctx: Context, conversation_id: str) -> bool:
    """Removes a conversation that was marked for it. Returns whether to call again, because it had more than MOST_AT_ONCE
    messages. Harmless when repeated, and goes on where it was interrupted.

    Requests as `_keep_counts`, one for each hundred messages, each hundred rows that its people may have beside it, and each 25
    rows removed.
    """
    conversation = conversations.get(ctx.account, conversation_id)
    if conversation is None:  # what a record of the stream that came twice has logged again since
        return purges.remove_log(conversations.key(ctx.account, conversation_id), MOST_AT_ONCE)
    if not conversation.purge_at:
        return False
    _keep_counts(ctx, conversation)
    known = details.load(conversation.key)
    for source in purges.sources(conversation, known):
        if not source.purge_at:
            retry_on_conflict(ctx, partial(_mark, ctx, source.id))
    if not _remove_messages(ctx, conversation) or purges.remove_log(conversation.key, MOST_AT_ONCE):
        return True
    _remove_beside(ctx, conversation, known)
    purges.remove_summary(conversation)
    return False


def _keep_counts(ctx: Context, conversation: Conversation) -> None:
    """Stores what a conversation has counted, before any of its rows goes, so that a recount does not miss it. One request, at
    the first time two more, and one for each MB of its messages.
    """
    if not statistics_kept.is_kept(ctx.account, conversation.id):
        statistics_kept.keep(ctx.account, conversation.id, counted.amounts_of(purges.counted(conversation)), ctx.now)


def _mark(ctx: Context, source: str) -> None:
    found = conversations.get(ctx.account, source)
    if found and found.merged_into and not found.purge_at:
        deletions.mark(found, ctx.stamp)


def _remove_messages(ctx: Context, conversation: Conversation) -> bool:
    """Removes messages with their files, and what their senders have of the conversation. Returns whether no message is left."""
    seen: set[str] = set()
    for _ in range(MOST_AT_ONCE // _PART):
        part = purges.first_messages(conversation.key, _PART)
        if not part:
            return True
        _remove_of(ctx, conversation, {row.sender for row in part} - seen)
        seen |= {row.sender for row in part}
        purges.remove_messages(part)
    return False


def _remove_beside(ctx: Context, conversation: Conversation, known: Details) -> None:
    """Removes what is left: of everybody who may have something of it, and its labels and names."""
    agents = people.agents(ctx.account)
    others = {
        *purges.members(conversation),
        *(agent.id for agent in agents),
        *(known.drafters or ()),
        conversation.assignee or "",
    }
    others -= {""}
    _remove_of(ctx, conversation, others | {conversation.contact}, agents)
    purges.remove_labels(conversation, known)
    teams = {group.id for group in groups.list_all(ctx)} | {conversation.group or ""} - {""}
    purges.remove_names(conversation, members.PAIR, members.pair_names(conversation.contact, others, teams))
    if known.external_id:
        external = unique_names.external_name("conversation", known.external_id)
        purges.remove_names(conversation, unique_names.IMPORT, [external])
    purges.remove_chat(conversation)
    search.remove(ctx, conversation.number)


def _remove_of(ctx: Context, conversation: Conversation, wanted: Collection[str], known: Iterable[Person] = ()) -> None:
    """Removes what people have of a conversation: memberships and drafts, and what their devices have acknowledged.

    One Query for each contact among them.
    """
    there = {person.id: person for person in known}
    found = people.get_many(ctx.account, {id_ for id_ in wanted if id_ not in there}) | there
    purges.remove_of_people(conversation, wanted, {device for one in found.values() for device in _devices(ctx, one)})


def _devices(ctx: Context, person: Person) -> list[str]:
    """Returns the devices that may have receipts: an agent works on one browser and one phone at a time."""
    if person.kind == CONTACT:
        return [device.id for device in devices.of_person(ctx.account, person.id)]
    return [device for device in (person.browser_device, person.mobile_device) if device]
