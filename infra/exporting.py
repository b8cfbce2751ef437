"""The export of an account: settings, then people and conversations by number, a page at a time."""

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

import msgspec

from chalicelib import context
from chalicelib.context import Context
from chalicelib.desk.conversations import exports
from chalicelib.desk.conversations.conversations import Conversation, Details
from chalicelib.desk.conversations.exports import AT_ONCE, CONVERSATION, PEOPLE_AT_ONCE, PERSON, Names, Told
from chalicelib.desk.core import lines
from chalicelib.desk.core.lines import Line
from chalicelib.desk.teams import imports as settings_imports
from infra.aws import CannotDeploy, say
from infra.transfer import Notes, alone_with

SETTINGS = "settings"
_PARTS, _DONE = (SETTINGS, PERSON, CONVERSATION), "done"


@dataclass
class Place:
    """How far an export has come: the part it is in, the last number of it, the bytes that are written, and of how many lines."""

    part: str = SETTINGS
    number: int = 0
    bytes: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def noted(self) -> dict[str, object]:
        """Returns it as it is noted."""
        return asdict(self) | {"counts": dict(self.counts)}


def bring_out(given: argparse.Namespace, ctx: Context) -> None:
    """Writes an account to a file, or the rest of it. Raises CannotDeploy where another file is in the way."""
    path: Path = given.file
    notes = Notes(path.with_name(f"{path.name}.progress"))
    known = notes.load()
    if path.exists() and not known:
        raise CannotDeploy(f"{path} is there already; name another file, or remove it")
    if known and known.pop("account") != ctx.account:
        raise CannotDeploy(f"{path} is the broken off export of another account")
    place = Place(**known | {"counts": Counter(known.get("counts", {}))}) if known else Place()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)  # all that customers wrote is in it
    with path.open("ab") as file, alone_with(file, "exporting to"):
        if path.stat().st_size < place.bytes:
            raise CannotDeploy(f"{path} has less than was written to it; remove it and {path}.progress to begin again")
        file.truncate(place.bytes)
        Export(ctx, file, path.with_name(f"{path.name}.files"), notes, place).run()
    notes.remove()
    say("exported", ", ".join(f"{count:,} {kind}" for kind, count in sorted(place.counts.items())) or "nothing")


class Export:
    """An export that is under way."""

    def __init__(self, ctx: Context, file: BinaryIO, folder: Path, notes: Notes, place: Place) -> None:
        self._ctx, self._file, self._folder, self._notes, self._place = ctx, file, folder, notes, place

    def run(self) -> None:
        """Writes what is still to come."""
        names = exports.load_names(self._ctx)
        steps: dict[str, Callable[[Names], None]] = {
            SETTINGS: self._settings,
            PERSON: self._people,
            CONVERSATION: self._conversations,
        }
        for part, following in zip(_PARTS, (*_PARTS[1:], _DONE), strict=True):
            if part == self._place.part:
                steps[part](names)
                self._place.part, self._place.number = following, 0
                self._notes.put(self._flushed, now=True)

    def _settings(self, names: Names) -> None:
        for line in settings_imports.list_settings(self._ctx):
            self._put(line)

    def _people(self, names: Names) -> None:
        for first, last in self._pages(PERSON, PEOPLE_AT_ONCE):
            for line in exports.list_people(self._now(), names, first, last):
                self._put(line)
            self._note(last)

    def _conversations(self, names: Names) -> None:
        for first, last in self._pages(CONVERSATION, AT_ONCE):
            for row, beside in exports.list_conversations(self._now(), first, last):
                self._conversation(names, row, beside)
                self._note(row.number)
            self._note(last)

    def _conversation(self, names: Names, row: Conversation, beside: Details | None) -> None:
        ctx = self._now()
        line = exports.line_of(ctx, names, row, beside)
        self._put(line)
        for told in exports.list_messages(ctx, row, line.id):
            self._put(self._with_files(told))
        ids = {row.id: line.id}
        for source, own in exports.sources(ctx, beside):
            merged = exports.line_of(ctx, names, source, own, ids[str(source.merged_into)])
            ids[source.id] = merged.id
            self._put(merged)

    def _with_files(self, told: Told) -> lines.Message:
        """Returns a message's line whose attachments are beside it, but those whose bytes are gone."""
        kept: list[lines.Attachment] = []
        for attached, file in zip(told.line.attachments, told.files, strict=True):
            target = self._folder / file.id
            data = None if target.exists() else exports.bytes_of(self._ctx, file)
            if data is None and not target.exists():
                self._place.counts["files missing"] += 1
                continue
            if data is not None:
                self._folder.mkdir(mode=0o700, exist_ok=True)
                draft = target.with_suffix(".draft")
                draft.write_bytes(data)
                draft.replace(target)
            self._place.counts["files"] += 1
            kept.append(msgspec.structs.replace(attached, path=f"{self._folder.name}/{file.id}"))
        is_text = len(kept) != 1
        return msgspec.structs.replace(told.line, attachments=tuple(kept), format="text" if is_text else told.line.format)

    def _pages(self, kind: str, size: int) -> Iterator[tuple[int, int]]:
        """Yields first and last numbers of pages, up to the latest there is when the last page is done."""
        while self._place.number < (latest := exports.last_number(self._ctx, kind)):
            first = self._place.number + 1
            yield first, min(first + size - 1, latest)

    def _now(self) -> Context:
        """Returns the context of this moment, because an export takes hours."""
        return context.system(self._ctx.account)

    def _put(self, line: Line) -> None:
        text = lines.encode(line) + b"\n"
        self._file.write(text)
        self._place.bytes += len(text)
        self._place.counts[f"{lines.kind_of(line)} lines"] += 1

    def _note(self, number: int) -> None:
        """Notes that all is written up to a number, once it is in the file."""
        self._place.number = max(self._place.number, number)
        self._notes.put(self._flushed)

    def _flushed(self) -> dict[str, object]:
        self._file.flush()
        return self._place.noted() | {"account": self._ctx.account}
