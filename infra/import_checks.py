"""Checks of a file of lines before anything of it is written: what each line says, which people it names, and the order. A
database on disk has what was seen, so memory stays small whatever the file's size.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec.structs import replace

from chalicelib.context import Context
from chalicelib.desk.accounts import custom_fields, tags
from chalicelib.desk.accounts.custom_fields import CustomField
from chalicelib.desk.conversations import attachments, import_values, imported_messages
from chalicelib.desk.core import imported, lines
from chalicelib.desk.core.errors import DeskError, Invalid
from chalicelib.desk.core.lines import Agent, AnyLine, CannedReply, Contact, Conversation, Department, Field, Message, Tag
from chalicelib.desk.people import imports as people_imports
from chalicelib.desk.people import registration
from chalicelib.desk.teams import groups
from chalicelib.desk.teams import imports as settings_imports
from infra.line_files import Fault, Folder, Raw, decode

_TABLES = """
CREATE TABLE seen (kind TEXT, id TEXT, line INTEGER, digest TEXT, note TEXT, fixed TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE identity (value TEXT PRIMARY KEY, owner TEXT, line INTEGER) WITHOUT ROWID;
CREATE TABLE chat (id TEXT PRIMARY KEY, last INTEGER, said INTEGER, bytes INTEGER) WITHOUT ROWID;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
"""


class Checks:
    """What is known of a file so far. `counts` are lines by kind."""

    def __init__(self, ctx: Context, folder: Folder, database: Path) -> None:
        self._ctx, self._folder, self.counts = ctx, folder, dict[str, int]()
        self._known = sqlite3.connect(database, isolation_level=None)
        self._known.executescript(_TABLES)
        self._known.execute("BEGIN")
        self._tags = {name.casefold() for name in tags.load_names(ctx).values()}
        self._fields: dict[str, CustomField] = {field.key: field for field in custom_fields.load(ctx)}
        self._departments = {*groups.load_names(ctx).values()}

    def close(self) -> None:
        """Lets go of the database."""
        self._known.close()

    def check(self, raw: Raw) -> None:
        """Checks a line, and remembers it. Raises Fault."""
        line = decode(raw)
        if line is None:
            return
        try:
            self._check(line, raw.number)
        except DeskError as error:
            raise Fault(raw.number, str(error)) from error
        kind = lines.kind_of(line)
        self.counts[kind] = self.counts.get(kind, 0) + 1

    def messages_of(self, conversation: str) -> int:
        """Returns how many messages the file has of a conversation, each once."""
        found = self._one("SELECT said FROM chat WHERE id = ?", conversation)
        return found[0] if found else 0

    def _check(self, line: AnyLine, number: int) -> None:
        match line:
            case Department() | Tag() | Field() | CannedReply():
                self._check_setting(line)
            case Agent():
                people_imports.check_agent(self._ctx, line)
                self._check_department(line.department)
                if not line.removed_at:
                    people_imports.find_login(self._ctx, line)
                email = registration.canonical_email(line.email) if line.email else ""
                kept = f"{email} {line.level} {line.is_active} {bool(line.removed_at)}"
                self._see(line, number, "" if line.is_active and not line.removed_at else "inactive", kept)
                self._own([f"email {email}"] if email else [], line, number)
            case Contact():
                people_imports.check_contact(self._ctx, line)
                self._see(line, number, fixed=str(bool(line.removed_at)))
                self._own([f"{one.kind} {_canonical(one)}" for one in line.identities], line, number)
            case Conversation():
                self._check_conversation(line, number)
            case Message():
                self._check_message(line, number)

    # --- settings and people

    def _check_setting(self, line: settings_imports.Setting) -> None:
        settings_imports.check_setting(self._ctx, line)
        match line:
            case Department():
                self._departments.add(line.name)
            case Tag():
                self._tags.add(line.name.strip().casefold())
            case Field():
                made = settings_imports.field_of(self._ctx, line)
                self._fields.setdefault(made.key, made)

    def _check_department(self, name: str | None) -> None:
        if name and name not in self._departments:
            raise Invalid("department", f"there is no department named {name!r} before this line")

    def _own(self, values: list[str], line: Agent | Contact, number: int) -> None:
        """Raises Invalid for an address or id that another line's person has."""
        owner = f"{lines.kind_of(line)} {line.id}"
        for value in values:
            found = self._one("SELECT owner, line FROM identity WHERE value = ?", value)
            if found and found[0] != owner:
                raise Invalid("identities", f"{value.partition(' ')[2]} is {found[0]}'s, of line {found[1]}")
            self._known.execute("INSERT OR REPLACE INTO identity VALUES (?, ?, ?)", (value, owner, number))

    def _check_person(self, kind: str, id_: str, field: str) -> str:
        """Returns what was noted of a person that a line names. Raises Invalid if there is no such person."""
        found = self._one("SELECT note FROM seen WHERE kind = ? AND id = ?", kind, id_)
        if found:
            return str(found[0])
        known = people_imports.find(self._ctx, kind, id_)
        if known is None:
            raise Invalid(field, f"there is no {kind} with the id {id_!r} before this line")
        return "" if known.is_active else "inactive"

    # --- conversations

    def _check_conversation(self, line: Conversation, number: int) -> None:
        import_values.check(self._ctx, line)
        self._check_person("contact", line.contact, "contact")
        if line.creator:
            self._check_person("agent", line.creator, "creator")
        note = self._check_person("agent", line.assignee, "assignee") if line.assignee else ""
        if note == "inactive" and line.status != "closed":
            raise Invalid("assignee", "is switched off or removed, and can't have an open conversation")
        self._check_department(line.department)
        for name in line.tags:
            if name.strip().casefold() not in self._tags:
                raise Invalid("tags", f"there is no tag named {name!r} before this line")
        for name, value in line.fields.items():
            self._check_value(name, value)
        if line.merged_into:
            self._check_target(line.merged_into, "merged_into")
        begun = lines.to_ms(line.created_at)
        kept = lines.digest(line) if line.merged_into else f"{line.channel} {begun}"
        self._see(line, number, "merged" if line.merged_into else "", kept)
        self._known.execute("INSERT OR IGNORE INTO chat VALUES (?, ?, 0, 0)", (line.id, begun))

    def _check_value(self, name: str, value: str) -> None:
        field, at = self._fields.get(name.strip().casefold()), f"fields.{name}"
        if field is None:
            raise Invalid("fields", f"there is no field named {name!r} before this line")
        if field.type == "operator" and value:
            self._check_person("agent", value, at)
        elif field.type == "department" and value:
            self._check_department(value)
        else:
            custom_fields.check_value(replace(field, is_required=False), value, at)

    def _check_target(self, id_: str, field: str) -> None:
        found = self._one("SELECT note FROM seen WHERE kind = 'conversation' AND id = ?", id_)
        if found is None and imported.find(self._ctx, "conversation", id_) is None:
            raise Invalid(field, f"there is no conversation with the id {id_!r} before this line")
        if found and found[0] == "merged" and field == "conversation":
            raise Invalid(field, "was merged, so its messages belong to another conversation")

    def _check_message(self, line: Message, number: int) -> None:
        self._check_target(line.conversation, "conversation")
        imported_messages.check(self._ctx, line)
        if line.agent:
            self._check_person("agent", line.agent, "agent")
        if line.contact:
            self._check_person("contact", line.contact, "contact")
        size = sum(self._folder.size(one) for one in line.attachments)
        key = f"{len(line.conversation)} {line.conversation} {line.id}"
        seen = self._one("SELECT line, digest FROM seen WHERE kind = 'message' AND id = ?", key)
        if seen and seen[1] != lines.digest(line):
            raise Invalid("id", f"is also that of line {seen[0]}, which says something else")
        if seen:
            return
        self._known.execute("INSERT INTO seen VALUES ('message', ?, ?, ?, '', '')", (key, number, lines.digest(line)))
        self._add(line, size)

    def _add(self, line: Message, size: int) -> None:
        at = lines.to_ms(line.created_at)
        last, said, held = self._one("SELECT last, said, bytes FROM chat WHERE id = ?", line.conversation) or (0, 0, 0)
        if at < last:
            raise Invalid("created_at", "is before that of its conversation, or of the message in front of it")
        if held + size > attachments.MOST_BYTES:
            raise Invalid("attachments", f"a conversation has room for {attachments.MOST_BYTES >> 20} MB of files in all")
        self._known.execute("INSERT OR REPLACE INTO chat VALUES (?, ?, ?, ?)", (line.conversation, at, said + 1, held + size))

    # --- what was seen

    def _see(self, line: AnyLine, number: int, note: str = "", fixed: str = "") -> None:
        """Remembers a line. Raises Invalid for one that says otherwise what an earlier one has `fixed` for good."""
        kind = lines.kind_of(line)
        found = self._one("SELECT line, fixed FROM seen WHERE kind = ? AND id = ?", kind, line.known_as)
        if found and found[1] != fixed:
            raise Invalid("id", f"is also that of line {found[0]}, which says otherwise what an import does not change")
        row = (kind, line.known_as, number, lines.digest(line), note, fixed)
        self._known.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?, ?)", row)

    def _one(self, query: str, *values: str) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._known.execute(query, values).fetchone()
        return found


def _canonical(one: lines.Identity) -> str:
    return registration.canonical_email(one.value) if one.kind == "email" else one.value


@contextmanager
def checks(ctx: Context, folder: Folder) -> Iterator[Checks]:
    """Yields checks with a database that goes with them."""
    with TemporaryDirectory(prefix="polydesk-import-") as scratch:
        made = Checks(ctx, folder, Path(scratch) / "seen")
        try:
            yield made
        finally:
            made.close()
