"""Event texts: a change of a conversation as an English sentence.

Fields are `fired`, `created`, `imported`, `deleted`, `merged`, `breached`, `snoozed`, `status`, `priority`, `subject`,
`assignee`, `group`, `contact`, `tags`, and by any other name a field of the account's.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from chalicelib.rules import sla, status
from chalicelib.rules.actors import TRIGGER, Actor

_KINDS = {status.CONTACT: "A contact", status.STAFF: "An agent"}
#: Characters of a value that a sentence quotes.
_LONGEST = 80


class FieldChange(msgspec.Struct, frozen=True):
    """A field's name, and what it showed before and after; None for nothing. Values of tags are their names."""

    field: str
    before: str | None = None
    after: str | None = None
    tags_before: Sequence[str] = ()
    tags_after: Sequence[str] = ()


def subject_of(actor: Actor, name: str | None) -> str:
    """Returns who acted, as a sentence begins: a person's name, a trigger, a program, or the desk."""
    if actor.kind == TRIGGER:
        return f"The trigger {_quoted(name)}" if name else "A trigger"
    if actor.kind == status.MACHINE:
        return "A program" if actor.dialect else "The desk"
    return name or _KINDS[actor.kind]


def sentence(who: str, change: FieldChange) -> str:
    """Returns what somebody did, without a full stop."""
    tell = _TELLERS.get(change.field)
    return f"{who} {tell(change) if tell else _of_field(change)}"


def _quoted(value: str) -> str:
    return f"“{value if len(value) <= _LONGEST else value[: _LONGEST - 1] + '…'}”"


def _word(value: str | None) -> str:
    """Returns a word of a vocabulary as people read it."""
    return (value or "none").replace("_", " ").capitalize()


def _of_field(change: FieldChange) -> str:
    if change.after is None:
        return f"cleared {change.field}, which was {_quoted(change.before or '')}"
    if change.before is None:
        return f"set {change.field} to {_quoted(change.after)}"
    return f"changed {change.field} from {_quoted(change.before)} to {_quoted(change.after)}"


def _of_status(change: FieldChange) -> str:
    if change.after == status.CLOSED:
        return "closed the conversation"
    if change.before == status.CLOSED:
        return f"reopened the conversation as {_word(change.after)}"
    return f"changed the status from {_word(change.before)} to {_word(change.after)}"


def _of_assignee(change: FieldChange) -> str:
    if change.after is None:
        return f"took the conversation from {change.before}"
    if change.before is None:
        return f"assigned the conversation to {change.after}"
    return f"gave the conversation from {change.before} to {change.after}"


def _of_group(change: FieldChange) -> str:
    if change.after is None:
        return f"took the conversation out of the department {change.before}"
    return f"moved the conversation to the department {change.after}"


def _of_tags(change: FieldChange) -> str:
    added = [name for name in change.tags_after if name not in change.tags_before]
    removed = [name for name in change.tags_before if name not in change.tags_after]
    parts = [f"{verb} {_tags(names)}" for verb, names in (("added", added), ("removed", removed)) if names]
    return " and ".join(parts) or "put the tags in another order"


def _of_snooze(change: FieldChange) -> str:
    if change.after is None:
        return "ended the snooze"
    return f"snoozed the conversation until {datetime.fromtimestamp(int(change.after) // 1000, UTC):%Y-%m-%d %H:%M} UTC"


_BREACHED = {sla.FIRST: "the first answer", sla.NEXT: "an answer", sla.RESOLVE: "the end of the conversation"}


def _of_breach(change: FieldChange) -> str:
    return f"noted that {_BREACHED.get(change.after or '', 'something')} is late"


def _tags(names: Sequence[str]) -> str:
    return f"the tag{'s' if len(names) > 1 else ''} {', '.join(names)}"


_TELLERS: dict[str, Callable[[FieldChange], str]] = {
    "fired": lambda _: "fired",
    "created": lambda _: "opened the conversation",
    "imported": lambda _: "imported the conversation",
    "deleted": lambda change: "deleted the conversation" if change.after else "restored the conversation",
    "merged": lambda change: f"merged the conversation into {change.after}" if change.after else "undid the merge",
    "status": _of_status,
    "snoozed": _of_snooze,
    "priority": lambda change: f"changed the priority from {_word(change.before)} to {_word(change.after)}",
    "subject": lambda change: f"changed the subject from {_quoted(change.before or '')} to {_quoted(change.after or '')}",
    "contact": lambda change: f"changed the contact from {change.before} to {change.after}",
    "assignee": _of_assignee,
    "group": _of_group,
    "tags": _of_tags,
    "breached": _of_breach,
}
