"""Explaining: in a sentence or two, why a conversation waits, or who got it and by which rule."""

import msgspec

from chalicelib.context import AGENT, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import routing_rules
from chalicelib.desk.automation.team import Audience, Team, audience_of
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.core import access
from chalicelib.desk.teams import domains, groups
from chalicelib.rules import allocation
from chalicelib.rules import routing_rules as rules

#: What routing has to do with a conversation: an agent has it, its members serve it, it waits, it has ended, it is left to
#: whoever takes it.
ASSIGNED, SERVED, WAITING, CLOSED, NOT_ROUTED = "assigned", "served", "waiting", "closed", "notRouted"
_HOW = {
    allocation.LOAD_BALANCING: "because they had the fewest conversations",
    allocation.ROUND_ROBIN: "because it was their turn",
    allocation.LAST_ASSIGNEE: "because they had this contact before",
    allocation.BY_RULE: "because the routing rule names them",
}


class Explanation(msgspec.Struct, frozen=True):
    """What routing did with a conversation.

    `rule` is the number of the rule that applied (rules.routing_rules), None for none yet; `rule_name` is set for a custom rule.
    `how` says how its agent was chosen (rules.allocation), None if routing did not choose.
    """

    state: str
    text: str
    rule: int | None = None
    rule_name: str | None = None
    how: str | None = None

    @property
    def rule_kind(self) -> str | None:
        """What kind of rule applied: custom, simple, or the route for what no rule matches. None if none did."""
        kinds = {None: None, rules.NO_RULE: None, rules.SIMPLE: "simple", rules.MATCH_FAILED: "matchFailed"}
        return kinds.get(self.rule, "custom")


@access.allow(AGENT)
def explain(ctx: Context, conversation: Conversation) -> Explanation:
    """Returns why a conversation that has been read waits, or who got it. One request, one more a minute for the rules' names."""
    team = Team(ctx)
    state, text = _state(ctx, conversation, team)
    rule = routing_rules.find_rule(ctx, conversation.routed_by) if (conversation.routed_by or 0) > 0 else None
    name = rule.name if rule else None
    applied = _applied(ctx, conversation, name)
    return Explanation(state, f"{text} {applied}".strip(), conversation.routed_by, name, conversation.chosen_by)


def _state(ctx: Context, conversation: Conversation, team: Team) -> tuple[str, str]:
    if not conversation.is_open:
        return CLOSED, "It is closed."
    if conversation.assignee:
        return ASSIGNED, _assigned(conversation, team)
    if not conversation.is_routed:
        return SERVED, "Its members serve it, so it is given to nobody."
    if conversation.waits_since is None:
        return NOT_ROUTED, "Nothing has been said in it, so it is given to nobody yet."
    if not accounts.load(ctx).routed:
        return NOT_ROUTED, "It waits for somebody to take it: conversations are not given out by themselves here."
    return WAITING, f"It waits because {_reason(ctx, audience_of(conversation, {}), team)}."


def _assigned(conversation: Conversation, team: Team) -> str:
    name = next((agent.name for agent in team.everybody() if agent.id == conversation.assignee), "somebody who has left")
    if conversation.chosen_by is None:
        return f"{name} has it, because somebody gave it to them or they answered."
    return f"{name} got it, {_HOW[conversation.chosen_by]}."


def _reason(ctx: Context, audience: Audience, team: Team) -> str:
    """Returns why nobody of an audience takes a conversation, as the end of a sentence."""
    settings, serving, whose = accounts.load(ctx).auto_allocation, team.serving(audience), _whose(ctx, audience)
    if not serving:
        return f"there are no agents{whose}"
    if team.can_take(audience):
        return "it is about to be given out"
    accepting = [agent for agent in serving if not agent.refuses_allocation]
    is_there = any(map(settings.is_there, accepting))
    if audience.agent and [agent.number for agent in serving] == [audience.agent]:
        full = "has as many conversations as they may"
        return f"it is for {serving[0].name}, who {full if is_there else 'is not online' if accepting else 'accepts none'}"
    if is_there:
        return f"every agent{whose} who is there has as many conversations as they may"
    return f"no agent{whose} {'is online' if accepting else 'accepts conversations'}"


def _whose(ctx: Context, audience: Audience) -> str:
    """Returns which agents an audience has, as the end of a phrase."""
    site, group = domains.find_by_number(ctx, audience.domain), groups.load_names(ctx).get(audience.group or "")
    of_group = f" of {group}" if group else " who serves everybody" if accounts.load(ctx).by_group and site is None else ""
    return of_group + (f" for {site.host}" if site else "")


def _applied(ctx: Context, conversation: Conversation, name: str | None) -> str:
    """Returns which rule applied, as a sentence."""
    department = groups.load_names(ctx).get(conversation.group or "")
    whose = f" It is {department}'s." if department else ""
    match conversation.routed_by:
        case None | rules.NO_RULE:
            return whose.strip()
        case rules.SIMPLE:
            return f"The simple route applied.{whose}"
        case rules.MATCH_FAILED:
            return f"No routing rule matched, so the route for that applied.{whose}"
        case number:
            return f"The routing rule {f'“{name}”' if name else f'{number}, which is gone,'} applied.{whose}"
