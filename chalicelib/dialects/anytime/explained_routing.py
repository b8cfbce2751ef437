"""Anytime's explanation of routing: why a conversation waits, or who got it and by which rule."""

from typing import Annotated

from chalicelib.context import AGENT, Context
from chalicelib.desk.automation import explaining
from chalicelib.desk.conversations import conversations
from chalicelib.dialects.anytime.shapes import BASE, Wire, moment
from chalicelib.dialects.bounds import Moment, Number, one_of
from chalicelib.dialects.endpoint import Endpoint


class Explained(Wire, kw_only=True):
    """What routing did with a conversation. `text` says it in words; `rule` is which rule applied, `chosenBy` how its agent was
    chosen.
    """

    state: Annotated[str, one_of("assigned", "served", "waiting", "closed", "notRouted")]
    text: str
    rule: Annotated[str, one_of("custom", "simple", "matchFailed")] | None
    rule_id: int | None
    rule_name: str | None
    chosen_by: Annotated[str, one_of("loadBalancing", "roundRobin", "lastAssignee", "rule")] | None
    agent_assignee_id: int | None
    department_assignee_id: int | None
    waits_since: Moment | None
    next_look_time: Moment | None


class WrappedExplanation(Wire, kw_only=True):
    """It under its name."""

    routing: Explained


class ExplainedConversation(Wire, kw_only=True):
    """A conversation by its integer id."""

    id: Number


def explain(ctx: Context, request: ExplainedConversation) -> WrappedExplanation:
    """`GET /conversations/{id}/routing`: why it waits, or who got it and by which rule."""
    row = conversations.load(ctx, conversations.id_by_number(ctx, request.id))
    found = explaining.explain(ctx, row)
    shown = Explained(
        state=found.state,
        text=found.text,
        rule=found.rule_kind,
        rule_id=found.rule if found.rule_kind == "custom" else None,
        rule_name=found.rule_name,
        chosen_by=_CHOSEN.get(found.how or ""),
        agent_assignee_id=row.assignee_number,
        department_assignee_id=row.group_number,
        waits_since=moment(row.waits_since) if row.waits_since else None,
        next_look_time=moment(row.reassign_at) if row.reassign_at else None,
    )
    return WrappedExplanation(routing=shown)


_CHOSEN = {
    "load_balancing": "loadBalancing",
    "round_robin": "roundRobin",
    "last_assignee": "lastAssignee",
    "rule": "rule",
}


ROWS = [Endpoint("GET", f"{BASE}/conversations/{{id}}/routing", explain, AGENT)]
