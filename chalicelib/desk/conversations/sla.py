"""SLA: what a write of a conversation does to its policy and its clocks, so that both are stored with it.

A policy is chosen with the first message, and again when a field that a policy looks at changes, or the policy is not there any
more. Conversations among agents have none.
"""

from collections.abc import Mapping, Sequence
from copy import copy

from chalicelib.context import SYSTEM, Caller, Context
from chalicelib.desk.conversations import facts, sla_policies
from chalicelib.desk.conversations.sla_policies import Chosen
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import NO_DETAILS, DetailChanges
from chalicelib.rules import conditions as rules
from chalicelib.rules import sla, status
from chalicelib.rules.lifecycle import Changes
from chalicelib.rules.sla import Clocks, Turn

_PENDING = (status.PENDING_EXTERNAL, status.ON_HOLD)
_CLOCKS = {clock: f"{clock}_due_at" for clock in sla.CLOCKS}


def clocks_of(row: Conversation) -> Clocks:
    """Returns a conversation's clocks."""
    return Clocks(row.first_due_at, row.next_due_at, row.resolve_due_at, row.sla_told or 0)


def soonest(row: Conversation) -> int | None:
    """Returns when the first of a conversation's running clocks is due, None if none runs."""
    return sla.soonest(clocks_of(row), is_open=row.is_open)


def changes_after(ctx: Context, before: Conversation, changes: Changes, beside: DetailChanges = NO_DETAILS) -> Changes:
    """Returns what a write changes of a conversation's policy and clocks; empty if it changes nothing of them.

    No request, except where tags, custom fields, mentions or the contact decide the policy: one for what is stored beside the
    conversation, and one for a contact that no warm process knows.
    """
    policies = sla_policies.enabled(ctx)
    if before.is_internal or not (policies or before.sla_policy):
        return {}
    after = copy(before)
    after.attribute_values = {**before.attribute_values, **changes}
    chosen = _chosen(ctx, policies, before, after, beside)
    clocks = _clocks(ctx, policies, chosen, before, after)
    values: Changes = {"sla_policy": chosen and chosen.policy.number, "sla_told": clocks.told or None}
    values |= {name: clocks.values()[clock] for clock, name in _CLOCKS.items()}
    return {name: value for name, value in values.items() if value != getattr(before, name)}


def _is_first(before: Conversation, after: Conversation) -> bool:
    return not before.message_count and bool(after.message_count)


def _chosen(
    ctx: Context, policies: Sequence[Chosen], before: Conversation, after: Conversation, beside: DetailChanges
) -> Chosen | None:
    """Returns the policy that a conversation has after a write."""
    known = next((one for one in policies if one.policy.number == before.sla_policy), None)
    wanted = frozenset().union(*(rules.needed(one.conditions) for one in policies))
    is_lost = before.sla_policy is not None and known is None
    is_moved = bool(after.message_count) and facts.have_changed(before, after, beside, wanted)
    if not (is_lost or is_moved or _is_first(before, after)):
        return known
    ctx = ctx.acting(Caller(ctx.account, SYSTEM))
    found = facts.load_after(ctx, after, beside, wanted)
    return next((one for one in policies if rules.matches(one.conditions, found)), None)


def _clocks(ctx: Context, policies: Sequence[Chosen], chosen: Chosen | None, before: Conversation, after: Conversation) -> Clocks:
    if chosen is None:
        return Clocks()
    turn, policy = _turn(ctx, before, after), sla_policies.clocks_of(ctx, chosen.policy)
    if _is_first(before, after):
        return sla.begin(turn, policy)
    if chosen.policy.number == before.sla_policy:
        return sla.follow(clocks_of(after), turn, policy)
    last = [sla_policies.clocks_of(ctx, one.policy) for one in policies if one.policy.number == before.sla_policy]
    return sla.change(clocks_of(after), turn, last[0] if last else None, policy, _since(before))


def _turn(ctx: Context, before: Conversation, after: Conversation) -> Turn:
    said = after.last_sender_kind if after.last_message != before.last_message else None
    return Turn(ctx.now, after.is_open, after.status in _PENDING, said)


def _since(row: Conversation) -> Mapping[str, int]:
    """Returns from when clocks count that a conversation did not have: for answers, while somebody waits for one."""
    clocks = clocks_of(row)
    if row.status == status.NEW if row.sla_policy is None else clocks.awaits_first:
        return {sla.FIRST: row.created_at, sla.RESOLVE: row.created_at}
    asked = {sla.NEXT: row.last_activity_at} if row.last_sender_kind == status.CONTACT else {}
    return {sla.RESOLVE: row.created_at, **asked}


def changes_on_merging(target: Conversation, source: Conversation) -> Changes:
    """Returns what a merge changes of the target's clocks: where the source's contact waits for an answer, it is due no later."""
    clocks, due = clocks_of(target), sla.shown(source.next_due_at)
    is_due = target.sla_policy is not None and target.is_open and source.is_open and not clocks.awaits_first
    merged = sla.with_next(clocks, due) if due is not None and is_due else clocks
    return {"next_due_at": merged.next, "sla_told": merged.told or None} if merged != clocks else {}
