"""Anytime's trigger as it is sent and shown. It has two spellings of many fields: one is shown beside the other."""

from typing import Annotated, Any, Literal, get_args

from msgspec import UNSET, Meta, UnsetType

from chalicelib.desk.conversations import triggers
from chalicelib.desk.conversations.triggers import MOST_AGENTS, MOST_VALUES
from chalicelib.dialects.anytime.attachments import NamedAttachment
from chalicelib.dialects.anytime.conditions import ConditionSetShown, GivenSet, show_set, to_wire
from chalicelib.dialects.anytime.conversation_shapes import STATUSES, Status
from chalicelib.dialects.anytime.shapes import Wire
from chalicelib.dialects.bounds import Line, Name, Number, Real, Text, one_of

#: Events in the order of their documented numbers, from 1, with all their names; the first one is shown.
EVENT_NAMES: dict[str, tuple[str, ...]] = {
    "created": ("conversationCreated",),
    "reply_received": ("conversationReplyIsReceived", "conversationReplyReceived"),
    "agent_replied": ("agentReplied",),
    "assignee_changed": ("assigneeIsChanged", "conversationAssigneeChanged"),
    "status_changed": ("statusIsChanged", "conversationStatusChanged"),
    "status_lasts": ("staysAtStatusPeriod", "conversationStatusLastForCertainTime"),
}
NUMBERS = {event: number for number, event in enumerate(EVENT_NAMES, 1)}


class AutoUpdate(Wire, kw_only=True):
    """A value that a trigger sets: several ids as a list, or with commas between them. An `id` that is sent is not looked at."""

    id: Number | None = None
    field_id: Number
    value: Line | bool | Number | Real | Annotated[list[Number], Meta(max_length=100)] | None = None


class AutoUpdateShown(Wire, kw_only=True):
    """A value that a trigger sets. `id` is its place, from 1."""

    id: int
    field_id: int
    value: str


class Action(Wire, kw_only=True):
    """What a trigger does, as the document lists it."""

    action_type: Annotated[str, one_of("SetValue", "SendEmail", "ToConversationContact", "ToAgent", "SetEmailContent")]
    subject: str | UnsetType = UNSET
    html_body: str | UnsetType = UNSET
    text_body: str | UnsetType = UNSET


class Trigger(Wire, kw_only=True):
    """A trigger. `event` and `triggerEvent`, `isEnabled` and `ifEnable` and so on are the same in two spellings."""

    id: int
    name: str
    description: str
    event: Annotated[str, one_of(*(names[0] for names in EVENT_NAMES.values()))]
    trigger_event: Annotated[int, one_of(*NUMBERS.values())]
    is_enabled: bool
    if_enable: bool
    conditions: ConditionSetShown
    stay_status: Annotated[str, one_of(*get_args(Status))] | None
    stay_time_span: int
    if_set_value: bool
    auto_update: list[AutoUpdateShown]
    if_send_email: bool
    if_send_to_contacts: bool
    if_send_email_to_contacts: bool
    if_send_to_agents: bool
    recipient_agent_ids: list[int]
    subject: str
    html_text: str
    plain_text: str
    attachments: list[str]
    if_show_in_conversation_correspondences: bool
    if_shown_in_ticket_corresdence: bool
    actions: list[Action]
    order_num: int
    order_id: int


Flag = bool | UnsetType
Count = Annotated[int, Meta(ge=0, le=triggers.MOST_MINUTES)]
Agents = Annotated[list[Number], Meta(max_length=MOST_AGENTS)]


class Sent(Wire, kw_only=True):
    """What may be sent of a trigger. A field that is not sent is not changed. If a field is sent in both spellings, the one that
    changes something counts.

    `attachments` are guids of uploaded files, or objects with one. Other fields of an answer, such as `actions`, are ignored.
    """

    name: Name | UnsetType = UNSET
    description: Line | UnsetType = UNSET
    event: Name | Number | UnsetType = UNSET
    trigger_event: Name | Number | UnsetType = UNSET
    is_enabled: Flag = UNSET
    if_enable: Flag = UNSET
    conditions: GivenSet | None | UnsetType = UNSET
    stay_status: Status | Literal[""] | None | UnsetType = UNSET
    stay_time_span: Count | None | UnsetType = UNSET
    if_set_value: Flag = UNSET
    auto_update: Annotated[list[AutoUpdate], Meta(max_length=MOST_VALUES)] | None | UnsetType = UNSET
    if_send_email: Flag = UNSET
    if_send_to_contacts: Flag = UNSET
    if_send_email_to_contacts: Flag = UNSET
    if_send_to_agents: Flag = UNSET
    recipient_agent_ids: Agents | None | UnsetType = UNSET
    subject: Line | UnsetType = UNSET
    html_text: Text | UnsetType = UNSET
    plain_text: Text | UnsetType = UNSET
    attachments: Annotated[list[Line | NamedAttachment], Meta(max_length=20)] | None | UnsetType = UNSET
    if_show_in_conversation_correspondences: Flag = UNSET
    if_shown_in_ticket_corresdence: Flag = UNSET
    order_num: Number | UnsetType = UNSET
    order_id: Number | UnsetType = UNSET


def show(found: triggers.Trigger, place: int) -> Trigger:
    """Returns a trigger as it is shown, at its place in the order."""
    return Trigger(
        id=found.number,
        name=found.name,
        description=found.description,
        event=EVENT_NAMES[found.event][0],
        trigger_event=NUMBERS[found.event],
        is_enabled=found.is_enabled,
        if_enable=found.is_enabled,
        conditions=show_set(found.when, found.expression, found.conditions),
        stay_status=STATUSES[found.stay_status] if found.stay_status else None,
        stay_time_span=found.stay_minutes,
        actions=_actions(found),
        order_num=place,
        order_id=place,
        **_shown_values(found),
        **_shown_mail(found),
    )


def _shown_values(found: triggers.Trigger) -> dict[str, Any]:
    values = [(one.field, to_wire(one.field, one.value)) for one in found.values]
    shown = [AutoUpdateShown(id=at, field_id=field, value=value) for at, (field, value) in enumerate(values, 1)]
    return {"if_set_value": found.sets_values, "auto_update": shown}


def _shown_mail(found: triggers.Trigger) -> dict[str, Any]:
    return {
        "if_send_email": found.sends_mail,
        "if_send_to_contacts": found.to_contact,
        "if_send_email_to_contacts": found.to_contact,
        "if_send_to_agents": found.to_agents,
        "recipient_agent_ids": [*found.recipients],
        "subject": found.subject,
        "html_text": found.html_text,
        "plain_text": found.plain_text,
        "attachments": [*found.files],
        "if_show_in_conversation_correspondences": found.shows_mail,
        "if_shown_in_ticket_corresdence": found.shows_mail,
    }


def _actions(found: triggers.Trigger) -> list[Action]:
    actions = [Action(action_type="SetValue")] if found.sets_values else []
    if not found.sends_mail:
        return actions
    actions.append(Action(action_type="SendEmail", subject=found.subject, html_body=found.html_text, text_body=found.plain_text))
    actions += [Action(action_type="ToConversationContact")] if found.to_contact else []
    return actions + ([Action(action_type="ToAgent")] if found.to_agents else [])
