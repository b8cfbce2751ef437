"""Anytime's dry run of routing: where a conversation with given fields would go."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chalicelib.context import ADMIN, Context
from chalicelib.desk.automation import dry_runs
from chalicelib.desk.automation.dry_runs import Given
from chalicelib.dialects.anytime.conversation_shapes import STATUS_OF
from chalicelib.dialects.anytime.shapes import BASE, Wire
from chalicelib.dialects.bounds import Line, Name, Number, one_of
from chalicelib.dialects.endpoint import Endpoint

MOST_TAGS, MOST_FIELDS = 50, 20


class FieldGiven(Wire, kw_only=True):
    """A custom field and its value."""

    id: Number
    value: Line = ""


class DryRunRouting(Wire, kw_only=True):
    """`POST /routing/dryRun`: what the conversation would be like. All may be left out."""

    channel: Literal["portal", "email"] = "portal"
    status: Literal["new", "pendingInternal", "pendingExternal", "onHold"] = "new"
    priority: Literal["urgent", "high", "normal", "low"] = "normal"
    subject: Line = ""
    last_message: Line = ""
    contact_name: Name = ""
    contact_email: Name = ""
    contact_language: Name = ""
    domain: Name = ""
    received_from: Name = ""
    department_assignee_id: Number | None = None
    tag_ids: Annotated[list[Number], Meta(max_length=MOST_TAGS)] = msgspec.field(default_factory=list)
    custom_fields: Annotated[list[FieldGiven], Meta(max_length=MOST_FIELDS)] = msgspec.field(default_factory=list)


class RoutingFound(Wire, kw_only=True):
    """Where it would go, and by which rule; `text` says it in words. `isEnabled` is whether rules are asked at all."""

    is_enabled: bool
    text: str
    rule: Annotated[str, one_of("custom", "simple", "matchFailed")] | None
    rule_id: int | None
    rule_name: str | None
    agent_assignee_id: int | None
    department_assignee_id: int | None
    priority: Annotated[str, one_of("urgent", "high", "normal", "low")]


class WrappedFound(Wire, kw_only=True):
    """It under its name."""

    routing: RoutingFound


def dry_run(ctx: Context, request: DryRunRouting) -> WrappedFound:
    """`POST /routing/dryRun`: asks the rules as they are stored, and changes nothing."""
    facts = {
        "channel": request.channel,
        "status": STATUS_OF[request.status],
        "priority": request.priority,
        "subject": request.subject,
        "preview": request.last_message,
        "contact_name": request.contact_name,
        "contact_email": request.contact_email,
        "contact_language": request.contact_language,
        "domain": request.domain or None,
        "received_from": request.received_from or None,
        "tags": tuple(request.tag_ids),
        "is_read": False,
        "has_draft": False,
    }
    custom = [(one.id, one.value) for one in request.custom_fields]
    found = dry_runs.dry_run(ctx, Given(facts, request.department_assignee_id, custom))
    shown = RoutingFound(
        is_enabled=found.is_enabled,
        text=found.text,
        rule=found.kind,
        rule_id=found.rule,
        rule_name=found.name,
        agent_assignee_id=found.agent,
        department_assignee_id=found.group,
        priority=found.priority or request.priority,
    )
    return WrappedFound(routing=shown)


ROWS = [Endpoint("POST", f"{BASE}/routing/dryRun", dry_run, ADMIN)]
