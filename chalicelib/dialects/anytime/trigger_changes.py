"""What is sent of Anytime's triggers, as what changes about the desk's."""

from typing import Any

from msgspec import UNSET, UnsetType

from chalicelib.context import Context
from chalicelib.desk.conversations import fields, set_values, triggers
from chalicelib.desk.conversations.triggers import SetValue
from chalicelib.desk.core.errors import Invalid
from chalicelib.dialects.anytime.attachments import NamedAttachment, attach
from chalicelib.dialects.anytime.conditions import WORDS, as_set, placed, read, to_core, to_store
from chalicelib.dialects.anytime.shapes import Spellings, that_counts
from chalicelib.dialects.anytime.trigger_shapes import EVENT_NAMES, NUMBERS, AutoUpdate, Sent

SPELLINGS = Spellings(
    event=("event", "trigger_event"),
    is_enabled=("is_enabled", "if_enable"),
    to_contact=("if_send_to_contacts", "if_send_email_to_contacts"),
    shows_mail=("if_show_in_conversation_correspondences", "if_shown_in_ticket_corresdence"),
    place=("order_num", "order_id"),
)
_EVENTS = {name.lower(): event for event, names in EVENT_NAMES.items() for name in names}
_EVENTS |= {str(number): event for event, number in NUMBERS.items()}


def event_of(given: str | int, place: str) -> str:
    """Returns the desk's word for an event, by any of its names or its number. Raises Invalid."""
    found = _EVENTS.get(str(given).strip().lower())
    if found is None:
        names = ", ".join(name for names in EVENT_NAMES.values() for name in names)
        raise Invalid(place, f"must be 1 to {len(EVENT_NAMES)}, or one of {names}")
    return found


def to_change(ctx: Context, sent: Sent, now: triggers.Trigger | None) -> triggers.Change:
    """Returns what was sent of a trigger that is `now` so, None for a new one. Raises Invalid."""
    status = sent.stay_status
    # The document has no switch for mails beside this one.
    mails = True if sent.if_send_email is UNSET and sent.if_send_email_to_contacts is True else sent.if_send_email
    plain: dict[str, Any] = {
        "name": sent.name,
        "description": sent.description,
        "event": _event(sent, now),
        "is_enabled": SPELLINGS.given(sent, "is_enabled", now and now.is_enabled),
        "stay_status": status if isinstance(status, UnsetType) else WORDS["status"].get(status or "", ""),
        "stay_minutes": sent.stay_time_span if sent.stay_time_span is not None else 0,
        "sets_values": sent.if_set_value,
        "values": UNSET if isinstance(sent.auto_update, UnsetType) else _values(ctx, sent.auto_update or [], now),
        "sends_mail": mails,
        "to_contact": SPELLINGS.given(sent, "to_contact", now and now.to_contact),
        "to_agents": sent.if_send_to_agents,
        "recipients": UNSET if isinstance(sent.recipient_agent_ids, UnsetType) else tuple(sent.recipient_agent_ids or ()),
        "subject": sent.subject,
        "html_text": sent.html_text,
        "plain_text": sent.plain_text,
        "shows_mail": SPELLINGS.given(sent, "shows_mail", now and now.shows_mail),
        "files": UNSET if isinstance(sent.attachments, UnsetType) else _files(sent.attachments or []),
    }
    return triggers.Change(**plain, **_conditions(ctx, sent, now))


def _event(sent: Sent, now: triggers.Trigger | None) -> str | UnsetType:
    one = sent.event if isinstance(sent.event, UnsetType) else event_of(sent.event, "event")
    other = sent.trigger_event if isinstance(sent.trigger_event, UnsetType) else event_of(sent.trigger_event, "triggerEvent")
    found: str | UnsetType = that_counts([one, other], now and now.event)
    return found


def place_of(sent: Sent, now: int | None) -> int | None:
    """Returns the place, from 1, to move a trigger to; None if it stays at its place, `now`."""
    found: int | UnsetType = SPELLINGS.given(sent, "place", now)
    return None if isinstance(found, UnsetType) or found == now else found


def _conditions(ctx: Context, sent: Sent, now: triggers.Trigger | None) -> dict[str, Any]:
    """Returns conditions to store, with the desk's words for choices. Those that are as they were are not read again, because a
    field may have been removed since. Raises Invalid.
    """
    if isinstance(sent.conditions, UnsetType):
        return {}
    given = sent.conditions or []
    combined, stored = as_set(given), to_store(given)
    if now is None or stored != now.conditions:
        read(ctx, placed(given), combined.when, combined.logic_expression)
    return {"conditions": stored, "when": combined.when, "expression": combined.logic_expression}


def _values(ctx: Context, given: list[AutoUpdate], now: triggers.Trigger | None) -> tuple[SetValue, ...]:
    """Returns values to store. Those that are as they were are not read again, as conditions are not. Raises Invalid."""
    found, before = [], now.values if now else ()
    for at, one in enumerate(given):
        text = _text(one.value)
        value = SetValue(field=one.field_id, value=to_core(one.field_id, text))
        try:
            if value not in before:
                _check_word(one.field_id, text.strip())
                set_values.read(ctx, value)
        except Invalid as error:
            part = "fieldId" if error.field == "field" else "value"
            raise Invalid(f"autoUpdate[{at}].{part}", error.reason) from error
        found.append(value)
    return tuple(found)


def _check_word(field_id: int, text: str) -> None:
    """Raises Invalid for a choice that Anytime has no word for, even if it is one of the core's."""
    field = fields.fixed(field_id)
    if field and field.core in WORDS and text not in WORDS[field.core]:
        raise Invalid("value", f"of {field.name} must be one of {', '.join(WORDS[field.core])}")


def _files(named: list[str | NamedAttachment]) -> tuple[str, ...]:
    ids = [one if isinstance(one, str) else attach([one])[0].file for one in named]
    return tuple(dict.fromkeys(id_.lower() for id_ in ids))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(str, value))
    return "" if value is None else str(value)
