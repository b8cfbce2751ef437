"""What changes in a conversation that has no agent: one that is empty, or that waits."""

from chalicelib.context import Context
from chalicelib.desk.accounts import accounts
from chalicelib.models.conversations import Conversation
from chalicelib.rules import lifecycle


def empty_changes(ctx: Context, conversation: Conversation) -> lifecycle.Changes:
    """Returns the fields of a conversation without a message: it expires, and it waits only under allocation by group."""
    account = accounts.load(ctx)
    again = next_routing_at(ctx, conversation) if account.by_group else None
    return lifecycle.empty(again, ctx.now + account.expire_after * 1000)


def named_changes(ctx: Context) -> lifecycle.Changes:
    """Returns the fields of one whose contact has named its agents: it expires, and nobody sees it until something is said."""
    return lifecycle.named(ctx.now + accounts.load(ctx).expire_after * 1000)


def waiting_changes(ctx: Context, conversation: Conversation) -> lifecycle.Changes:
    """Returns the fields of one that is open again without an agent: it waits if anything was said in it, or if it was opened for
    its contact, perhaps with a note alone.
    """
    if conversation.public_count or conversation.creator_number is not None:
        return lifecycle.waiting(next_routing_at(ctx, conversation))
    return lifecycle.waiting(None) | empty_changes(ctx, conversation)


def next_routing_at(ctx: Context, conversation: Conversation) -> int | None:
    """Returns when routing looks again at a conversation that waits from now on. None where it does not."""
    return accounts.load(ctx).looks_again_at(ctx.now) if conversation.is_routed else None
