"""Export rows: rows as an export shows them, and the entries that they make."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from chalicelib.desk.privacy.archives import Entry
from chalicelib.models.base import Table

#: Attributes that only the desk needs: keys, versions, secrets.
_LEFT_OUT = frozenset(
    [
        "key",
        "conversation_key",
        "person_key",
        "device_key",
        "inbox_key",
        "holder_key",
        "contact_key",
        "label_key",
        "place",
        "version",
        "others",
        "password",
        "token_version",
        "key_version",
        "words_version",
        "contacts_of",
        "agents_of",
        "absorbed",
        "past",
        "home",
        "purge_at",
        "expires_at",
        "is_active",
        "open_conversations",
        "is_distributor",
        "last_assigned_at",
        "presence_at",
        "pending_external",
        "history",
        "fields",
        "tag_numbers",
        "mentioned",
        "merged",
        "summary_version",
        "is_full",
    ]
)


def moment(at: int) -> str:
    """Returns epoch milliseconds as a text."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shown(row: Table) -> dict[str, Any]:
    """Returns what a row says, without what only the desk needs; times as texts."""
    return {
        name: _value(name, value) for name, value in row.attribute_values.items() if name not in _LEFT_OUT and value is not None
    }


def _value(name: str, value: Any) -> Any:
    if name.endswith(("_at", "_since")) and isinstance(value, int) and value > 0:
        return moment(value)
    if isinstance(value, Mapping):
        return dict(value)
    if name == "attachments":
        return [one.attribute_values for one in value]
    return sorted(value) if isinstance(value, set) else value


def as_json(name: str, value: Any) -> Entry:
    """Returns an entry with a value as JSON."""
    return Entry(name, json.dumps(value, ensure_ascii=False, indent=2, default=str).encode(errors="replace"))


def as_lines(name: str, rows: Iterable[Table]) -> list[Entry]:
    """Returns an entry with a row a line, none for no rows."""
    return of_dicts(name, [{"id": getattr(row, "id", None), **shown(row)} for row in rows])


def of_dicts(name: str, rows: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Returns an entry with a JSON object a line, none for no rows."""
    lines = [json.dumps(row, ensure_ascii=False, default=str) for row in rows]
    return [Entry(name, "".join(f"{line}\n" for line in lines).encode(errors="replace"))] if lines else []
