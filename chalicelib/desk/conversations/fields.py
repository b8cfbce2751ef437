"""Fields of conversations: those that every one has, and the account's own, with what conditions on them look like."""

from collections.abc import Iterable, Mapping

import msgspec

from chalicelib.context import AGENT, Context
from chalicelib.desk.accounts import custom_fields
from chalicelib.desk.accounts.custom_fields import CustomField
from chalicelib.desk.core import access
from chalicelib.rules import status
from chalicelib.rules.conditions import CHOICE, DATE, FLAG, ID, TEXT

#: Shown ids: of what the desk keeps of any conversation's metadata from 1, of other system fields from 5, of an account's own
#: fields their number and this.
FIRST_SYSTEM, CUSTOM = 5, 100


class Field(msgspec.Struct, frozen=True):
    """A field. `name` is as Anytime spells it, `core` the name under which conditions have it.

    `type` is how its values are entered (custom_fields.KINDS), `kind` how conditions compare them. `choices` are the core's
    words, None if any value is allowed. `custom` is the account's own field, None for a system field.
    """

    id: int
    name: str
    core: str
    kind: str
    type: str
    choices: tuple[str, ...] | None = None
    also: tuple[str, ...] = ()
    custom: CustomField | None = None


def _of_system(at: int, name: str, core: str, kind: str, type_: str, *also: str) -> Field:
    choices = {"status": status.STATUSES, "priority": status.PRIORITIES, "channel": ("portal", "email")}
    return Field(at, name, core, kind, type_, choices.get(core), also)


#: What every conversation has, by id. An id never changes, because filters have it.
SYSTEM: Mapping[int, Field] = {
    at: _of_system(at, *given)
    for at, given in enumerate(
        [
            ("id", "number", ID, "integer"),
            ("status", "status", CHOICE, "dropdownList"),
            ("priority", "priority", CHOICE, "dropdownList"),
            ("channel", "channel", CHOICE, "dropdownList"),
            ("agentAssigneeId", "assignee_number", ID, "operator", "agentAssignee"),
            ("departmentAssigneeId", "group_number", ID, "department", "departmentAssignee"),
            ("contactId", "contact_number", ID, "integer", "contact"),
            ("createdById", "creator_number", ID, "integer", "createdBy"),
            ("slaPolicyId", "sla_policy", ID, "integer", "slaPolicy"),
            ("tagIds", "tags", ID, "integer", "tagId", "tag", "tags"),
            ("receivedFrom", "received_from", CHOICE, "text"),
            ("subject", "subject", TEXT, "text"),
            ("lastMessage", "preview", TEXT, "text"),
            ("contactName", "contact_name", TEXT, "text"),
            ("contactEmail", "contact_email", TEXT, "email"),
            ("createdTime", "created_at", DATE, "date"),
            ("lastActivityTime", "changed_at", DATE, "date"),
            ("lastRepliedTime", "last_activity_at", DATE, "date", "lastReplyTime"),
            ("lastStatusChangeTime", "status_since", DATE, "date"),
            ("firstRespondBreachAt", "first_due_at", DATE, "date"),
            ("nextRespondBreachAt", "next_due_at", DATE, "date"),
            ("resolveBreachAt", "resolve_due_at", DATE, "date"),
            ("isRead", "is_read", FLAG, "checkbox"),
            ("hasDraft", "has_draft", FLAG, "checkbox"),
            ("mentionedAgents", "mentioned", ID, "operator", "mentionedAgentIds"),
            ("domain", "domain", TEXT, "text", "domainName"),
            ("contactLanguage", "contact_language", TEXT, "text"),
        ],
        FIRST_SYSTEM,
    )
}
#: Metadata of conversations, which every account has as custom fields: the name that is shown, and the core's.
BUILT_IN: Mapping[int, tuple[str, str]] = {
    1: ("ccr", "ccr"),
    2: ("orderId", "order"),
    3: ("entityId", "entity"),
    4: ("language", "language"),
}
#: The same as fields.
METADATA: Mapping[int, Field] = {at: Field(at, name, f"custom:{at}", TEXT, "text") for at, (name, _) in BUILT_IN.items()}
_BY_ID = {**METADATA, **SYSTEM}
_BY_NAME = {name.casefold(): field for field in _BY_ID.values() for name in (field.name, *field.also)}
_FIXED: Mapping[int | str, Field] = dict([*_BY_ID.items(), *_BY_NAME.items()])


@access.allow(AGENT)
def find(ctx: Context, names: Iterable[int | str]) -> list[Field | None]:
    """Returns the fields with these ids or names, whatever their case; None for one that there is not.

    A name that every conversation has goes before an account's own. No request for those; for others none where a warm process
    knows all, else one.
    """
    wanted = [_key(name) for name in names]
    found = [_FIXED.get(name) for name in wanted]
    if all(found):
        return found
    for load in (custom_fields.load, custom_fields.list_all):
        own = {key: field for field in map(custom, load(ctx)) for key in (field.id, field.name.casefold())}
        found = [_FIXED.get(name) or own.get(name) for name in wanted]
        if all(found):
            break
    return found


def _key(name: int | str) -> int | str:
    """An id in digits is an id."""
    if isinstance(name, str) and name.isascii() and name.isdigit() and len(name) < 16:
        return int(name)
    return name if isinstance(name, int) else name.strip().casefold()


def fixed(id_: int) -> Field | None:
    """Returns a field that every account has, by its shown id; None for another id."""
    return _FIXED.get(id_)


def custom(field: CustomField) -> Field:
    """Returns an account's own field as a field of conversations."""
    choices = tuple(one.value for one in field.options) or None
    id_ = CUSTOM + field.number
    return Field(id_, field.name, f"custom:{id_}", custom_fields.KINDS[field.type], field.type, choices, custom=field)
