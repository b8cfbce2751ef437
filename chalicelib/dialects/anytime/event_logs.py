"""Anytime's event logs: what was changed about a conversation, who changed it, and when."""

from typing import Annotated
from urllib.parse import urlencode

import msgspec

from chalicelib import config
from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import conversations, event_logs
from chalicelib.desk.conversations.event_logs import Event, EventLog
from chalicelib.dialects.anytime.shapes import BASE, SenderType, Wire, moment
from chalicelib.dialects.bounds import Moment, Name, Number, one_of
from chalicelib.dialects.endpoint import Endpoint

#: The desk's names of fields that have another here.
_NAMES = {"assignee": "agentAssignee", "group": "departmentAssignee", "deleted": "isDeleted", "merged": "mergedInto"}
_NAMES |= {"snoozed": "snoozedUntil", "order": "orderId", "entity": "entityId", "fired": "trigger", "breached": "slaBreached"}
#: The clocks of service, as `to` of slaBreached has them.
_CLOCKS = {"first": "firstRespond", "next": "nextRespond", "resolve": "resolve"}
#: Fields whose values are integer ids.
_IDS = ("assignee", "group", "contact", "merged")


class ListEventLogs(Wire, kw_only=True):
    """`GET /conversations/{id}/eventLogs`. `cursor` is of `nextPage`."""

    id: Number
    cursor: Name = ""


class EventLogShown(Wire, kw_only=True):
    """A change of one field. `from` and `to` are its values: words, texts, or integer ids of people, departments and
    conversations.

    `dialect` is the API through which it came, `Import` for an import, null for the desk's own work. `triggerId` is the
    trigger that made it; that one has fired for an event is the field `trigger`, with its name in `to`.
    """

    id: int
    conversation_id: int
    text: str
    time: Moment
    actor_type: SenderType
    actor_id: int | None
    trigger_id: int | None = None
    dialect: Annotated[str, one_of("PPMessage", "Anytime", "OneView", "LiveChat", "Import")] | None
    field: str
    from_: str | int | bool | None = msgspec.field(name="from")
    to: str | int | bool | None


class EventLogList(Wire, kw_only=True):
    """Changes, oldest first, and where older ones are, null if there are none."""

    event_logs: list[EventLogShown]
    next_page: str | None


def show(log: EventLog) -> list[EventLogShown]:
    """Returns the changes of a conversation."""
    return [_show(log.conversation.number, event) for event in log.events]


def _show(conversation: int, event: Event) -> EventLogShown:
    is_trigger = event.actor.kind == event_logs.TRIGGER
    return EventLogShown(
        id=event.id,
        conversation_id=conversation,
        text=event.text,
        time=moment(event.at),
        actor_type="system" if is_trigger else event.actor.kind,
        actor_id=None if is_trigger else event.actor.number or None,
        trigger_id=event.actor.number if is_trigger else None,
        dialect=event.actor.dialect or None,
        field=name_of(event.field),
        from_=value_of(event.field, event.before),
        to=value_of(event.field, event.after),
    )


def name_of(field: str) -> str:
    """Returns this dialect's name of a field of conversations."""
    return _NAMES.get(field, field.replace("custom.", "customField."))


def value_of(field: str, stored: str | None) -> str | int | bool | None:
    """Returns a stored value of a field as it is shown."""
    if field == "deleted":
        return stored is not None
    if field == "breached":
        return _CLOCKS.get(stored or "")
    if stored is None or field not in ("status", "snoozed", *_IDS):
        return stored
    if field == "snoozed":
        return moment(int(stored))
    return int(stored) if field in _IDS else camel(stored)


def camel(word: str) -> str:
    """Returns a word of the desk in this dialect's spelling."""
    first, *others = word.split("_")
    return first + "".join(map(str.capitalize, others))


def list_event_logs(ctx: Context, request: ListEventLogs) -> EventLogList:
    """`GET /conversations/{id}/eventLogs`: the latest thousand changes, newest last; `nextPage` has older ones."""
    log = event_logs.list_page(ctx, conversations.id_by_number(ctx, request.id), request.cursor or None)
    older = f"{config.PUBLIC_URL}{_PATH.format(id=request.id)}?{urlencode({'cursor': log.before})}" if log.before else None
    return EventLogList(event_logs=show(log), next_page=older)


_PATH = f"{BASE}/conversations/{{id}}/eventLogs"
ROWS = [Endpoint("GET", _PATH, list_event_logs, AGENT)]
