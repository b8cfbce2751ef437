"""Anytime's audit log: all that was changed about conversations, people and settings; and for how long logs are kept."""

from typing import Annotated, Literal

import msgspec

from chalicelib.context import ADMIN, Context
from chalicelib.desk.accounts import log_retention
from chalicelib.desk.conversations import audit_logs, event_logs
from chalicelib.desk.conversations.audit_logs import Change, Wanted
from chalicelib.desk.core.errors import Invalid
from chalicelib.dialects.anytime import event_logs as logs
from chalicelib.dialects.anytime.paging import Paged, addresses, cursor, read_cursor
from chalicelib.dialects.anytime.shapes import BASE, SenderType, Wire, moment, read_moment
from chalicelib.dialects.bounds import Moment, Name, Number, one_of
from chalicelib.dialects.endpoint import Endpoint, Nothing

#: The desk's names of kinds of settings that have another here.
_SETTINGS = {"group": "department", "reply": "cannedResponse", "reply_group": "cannedResponseGroup", "custom_field": "field"}
_SETTINGS |= {"sla_policy": "SLAPolicy", "business_hours": "workingTime"}
#: Fields of people that have another name here, and those that are on or off.
_PEOPLE = {"group": "department", "level": "role", "mobile": "phoneNumber", "fax": "faxNumber", "icon": "avatar"}
_PEOPLE |= {"state": "stateOrProvince", "postal_code": "postalOrZipCode", "user_id": "externalId"}
_FLAGS = ("is_active", "is_distributor", "refuses_allocation", "user_id_is_verified", "email_is_verified")
#: How the desk itself, and programs of the account, are called as an actor.
_SYSTEM = "system"


class ListAuditLogs(Paged, kw_only=True):
    """`GET /auditLogs`. `actor` is a person's integer id, or `system`."""

    from_: Name = msgspec.field(default="", name="from")
    to: Name = ""
    actor: Name = ""
    kind: Literal["", "conversation", "contact", "agent", "setting"] = ""


class AuditLogShown(Wire, kw_only=True):
    """A change of one field. `from` and `to` are its values, those of settings as JSON unless they are texts.

    `objectId` is the integer id of what was changed. `settingType` and `settingKey` say which setting it was. `dialect` is the
    API of the call, null for the desk's own work; `triggerId` or `ruleId` may say why the desk did it.
    """

    id: int
    time: Moment
    kind: Annotated[str, one_of(*audit_logs.KINDS)]
    object_id: int | None
    setting_type: str | None = None
    setting_key: str | None = None
    actor_type: SenderType
    actor_id: int | None
    actor_name: str | None
    trigger_id: int | None = None
    rule_id: int | None = None
    dialect: Annotated[str, one_of("PPMessage", "Anytime", "OneView", "LiveChat", "Import")] | None
    field: str
    from_: str | int | bool | None = msgspec.field(name="from")
    to: str | int | bool | None


class AuditLogList(Wire, kw_only=True):
    """Changes, newest first. A page of a kind or an actor may be short, or empty, and still have a next one."""

    audit_logs: list[AuditLogShown]
    previous_page: str | None
    next_page: str | None
    current_page: str


class Retention(Wire, kw_only=True):
    """For how many days logs are kept, null for ever."""

    days: int | None


class SetRetention(Wire, kw_only=True):
    """`PUT /auditLogs/retention`: 30 to 3,650 days, or null for ever."""

    days: Number | None


def list_audit_logs(ctx: Context, request: ListAuditLogs) -> AuditLogList:
    """`GET /auditLogs`: what was changed, newest first."""
    wanted = Wanted(
        since=read_moment(request.from_, "from", 0),
        until=read_moment(request.to, "to", 0),
        kind=request.kind or None,
        actor=_actor(request.actor),
    )
    place = read_cursor(request.cursor, 1)[0] if request.cursor else None
    page = audit_logs.list_page(ctx, wanted, place, request.page_index)
    around = addresses(_PATH, request, cursor(page.before) if page.before else None)
    shown = [_show(change) for change in page.changes]
    return AuditLogList(audit_logs=shown, previous_page=around.previous, next_page=around.next, current_page=around.current)


def _actor(text: str) -> int | None:
    if not text or text == _SYSTEM:
        return 0 if text else None
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 2**53):
        raise Invalid("actor", "must be the integer id of a person, or system")
    return int(text)


def _show(change: Change) -> AuditLogShown:
    is_trigger = change.actor.kind == event_logs.TRIGGER
    return AuditLogShown(
        id=change.id,
        time=moment(change.at),
        kind=change.kind,
        object_id=change.number,
        setting_type=logs.camel(_SETTINGS.get(change.setting, change.setting)) if change.setting else None,
        setting_key=change.key,
        actor_type=_SYSTEM if is_trigger else change.actor.kind,
        actor_id=None if is_trigger else change.actor.number or None,
        actor_name=None if is_trigger else change.actor_name,
        trigger_id=change.actor.number if is_trigger else None,
        rule_id=change.rule,
        dialect=change.actor.dialect or None,
        field=_field(change),
        from_=_value(change, change.before),
        to=_value(change, change.after),
    )


def _field(change: Change) -> str:
    if change.kind == "conversation":
        return logs.name_of(change.field)
    return _PEOPLE.get(change.field, logs.camel(change.field)) if change.kind != "setting" else logs.camel(change.field)


def _value(change: Change, stored: str | None) -> str | int | bool | None:
    if change.kind == "conversation":
        return logs.value_of(change.field, stored)
    if change.kind == "setting" or stored is None:
        return False if change.kind != "setting" and change.field in _FLAGS else stored
    if change.field in _FLAGS:
        return True
    return int(stored) if stored.isdecimal() and change.field in ("group", "merged", "most_conversations") else stored


def get_retention(ctx: Context, request: Nothing) -> Retention:
    """`GET /auditLogs/retention`: for how many days event logs and the audit log are kept."""
    return Retention(days=log_retention.load(ctx).days)


def set_retention(ctx: Context, request: SetRetention) -> Retention:
    """`PUT /auditLogs/retention`: for how many days is kept what is logged from now on."""
    return Retention(days=log_retention.change(ctx, request.days).days)


_PATH = f"{BASE}/auditLogs"
ROWS = [
    Endpoint("GET", _PATH, list_audit_logs, ADMIN),
    Endpoint("GET", f"{_PATH}/retention", get_retention, ADMIN),
    Endpoint("PUT", f"{_PATH}/retention", set_retention, ADMIN),
]
