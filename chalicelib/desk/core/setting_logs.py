"""Setting logs: what a change of a setting adds to the audit log, as rows that are stored in the same transaction."""

from collections.abc import Mapping
from typing import Any

import msgspec

from chalicelib.desk.core.schemas import masked
from chalicelib.models import event_logs
from chalicelib.models.event_logs import LogEntry
from chalicelib.models.stamps import Stamp

#: Fields of a row that the desk sets with each change, and that say nothing.
_OWN = ("id", "number", "version", "created_at", "updated_at")
CREATED, REMOVED, ORDER = "created", "removed", "order"
#: Characters of a value that are kept.
LONGEST = 2_000
_Document = Mapping[str, Any]


class Subject(msgspec.Struct, frozen=True):
    """What is logged: an account's setting by its kind, its key and number (0 for the only one), and the type of its value."""

    account: str
    kind: str
    type: Any
    key: str = ""
    number: int = 0


def entries(
    subject: Subject, before: _Document | None, after: _Document | None, version: int, stamp: Stamp, expires_at: int | None
) -> list[LogEntry]:
    """Returns a row for each field that differs in two documents; one for a setting that is new or gone, where one is None.

    `version` is the setting's since. No value has a secret.
    """
    shown_before, shown_after = (_shown(subject, document) for document in (before, after))
    changes: list[tuple[str, Any, Any]]
    if before is None or after is None:
        changes = [(REMOVED if after is None else CREATED, shown_before, shown_after)]
    else:
        names = sorted({*shown_before, *shown_after})
        changed = [name for name in names if before.get(name) != after.get(name)]
        changes = [(name, shown_before.get(name), shown_after.get(name)) for name in changed]
    return [_entry(subject, at, change, version, stamp, expires_at) for at, change in enumerate(changes)]


def _shown(subject: Subject, document: _Document | None) -> dict[str, Any]:
    told: dict[str, Any] = masked(subject.type, document or {})
    return {name: value for name, value in told.items() if name not in _OWN}


def _entry(
    subject: Subject, place: int, change: tuple[str, Any, Any], version: int, stamp: Stamp, expires_at: int | None
) -> LogEntry:
    field, before, after = change
    row = LogEntry(
        event_logs.setting_key(subject.account, subject.kind, subject.key),
        event_logs.setting_place(stamp.at, subject.number, version, place),
        field=field,
        before=_text(before),
        after=_text(after),
        changed_by=stamp.by,
        kind=subject.kind,
        number_of=subject.number or None,
    )
    return event_logs.listed(row, expires_at)


def _text(value: Any) -> str | None:
    """Returns a text as it is, and anything else as JSON; None for what is empty. Cut at LONGEST."""
    if value is None or value in ("", {}, [], ()):
        return None
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
