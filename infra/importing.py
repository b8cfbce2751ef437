"""The import of a file of lines: checked whole, then written piece by piece, then read back."""

import argparse
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from chalicelib.context import Context
from chalicelib.desk.conversations import imported_messages, imports, readback
from chalicelib.desk.conversations.readback import Stored
from chalicelib.desk.core import imported, lines
from chalicelib.desk.core.errors import DeskError
from chalicelib.desk.core.lines import Agent, Contact, Conversation, Message
from chalicelib.desk.people import imports as people_imports
from chalicelib.desk.teams import imports as settings_imports
from chalicelib.rules.actors import IMPORT
from infra import import_checks, line_files
from infra.aws import CannotDeploy, say
from infra.import_checks import Checks
from infra.line_files import Fault, Folder, Piece, Raw
from infra.transfer import Notes, alone_with

#: Faults that are printed, and bytes that are read at once to find out whether a file is the one that was begun.
_SHOWN, _CHUNK = 100, 1 << 20


def bring(given: argparse.Namespace, ctx: Context) -> None:
    """Checks a file, imports it, and reads it back. Raises CannotDeploy where it is wrong, or not all there afterwards."""
    path: Path = given.file
    if not path.is_file():
        raise CannotDeploy(f"there is no file {path}")
    ctx = as_import(ctx)
    folder = Folder(path.parent)
    with import_checks.checks(ctx, folder) as seen:
        check(path, seen)
        say("checked", ", ".join(f"{count:,} {kind}" for kind, count in seen.counts.items()) or "nothing in it")
        if given.dry_run:
            return
        notes = Notes(given.data / f"import-{given.stage}-{ctx.account}-{_named(path)}.json")
        with path.open("rb") as file, alone_with(file, "importing"):
            say("imported", str(write(ctx, path, folder, notes, Pace(given.rate))))
        if given.verify:
            say("verified", f"{verify(ctx, path, seen):,} messages are there, whole and in order")


def as_import(ctx: Context) -> Context:
    """Returns the context in which an import writes at this moment: what it writes says so."""
    return Context(ctx.caller, dialect=IMPORT)


def _named(path: Path) -> str:
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]


# --- checking


def check(path: Path, seen: Checks) -> None:
    """Checks every line. Raises CannotDeploy, after telling what is wrong with which line."""
    wrong = 0
    for fault in _faults(path, seen):
        wrong += 1
        if wrong <= _SHOWN:
            print(f"{path.name}: {fault}", flush=True)
    if wrong:
        more = f", of which the first {_SHOWN} are shown" if wrong > _SHOWN else ""
        raise CannotDeploy(f"{wrong:,} lines of {path} are wrong{more}; nothing was written")


def _faults(path: Path, seen: Checks) -> Iterator[Fault]:
    try:
        for raw in line_files.read_raw(path):
            try:
                seen.check(raw)
            except Fault as fault:
                yield fault
    except Fault as broken:
        yield broken


# --- writing


@dataclass
class Pace:
    """Lines a second at most; 0 for no limit."""

    rate: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _due: float = 0.0

    def spend(self, count: int) -> None:
        """Waits until so many more lines may be written."""
        if self.rate <= 0:
            return
        now = self.clock()
        if self._due > now:
            self.sleep(self._due - now)
        self._due = max(self._due, now) + count / self.rate


@dataclass
class Progress:
    """How far an import has come: where it goes on, behind how many lines, what came of these, and how many this run had."""

    at: int = 0
    line: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)
    here: int = 0

    def __str__(self) -> str:
        """What came of it, and how fast this run was."""
        seconds = max(time.monotonic() - self.began, 0.001)
        told = ", ".join(f"{count:,} {outcome}" for outcome, count in self.outcomes.items())
        return f"{told or 'nothing'}; {self.here / seconds:,.0f} lines a second in {seconds:,.1f} s"


class Tracked:
    """The lines of a file behind a place, and a digest of all that is in front of each."""

    def __init__(self, path: Path, at: int = 0, line: int = 0) -> None:
        self._path, self._at, self._line = path, at, line
        self._hash, self._behind = _hash(path, at), dict[int, Any]()

    def __iter__(self) -> Iterator[Raw]:
        """Yields them."""
        for raw in line_files.read_raw(self._path, self._at, self._line):
            self._hash.update(raw.text)
            self._behind[raw.end] = self._hash.copy()
            yield raw

    def digest(self, end: int) -> str:
        """Returns the digest of what is in front of the end of a line that was yielded lately, and forgets earlier ones."""
        self._behind = {at: known for at, known in self._behind.items() if at >= end}
        return str(self._behind[end].hexdigest())


def _hash(path: Path, end: int) -> Any:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while end > 0 and (part := file.read(min(end, _CHUNK))):
            found.update(part)
            end -= len(part)
    return found


def write(ctx: Context, path: Path, folder: Folder, notes: Notes, pace: Pace) -> Progress:
    """Imports a file that was checked, from where an import of it was broken off. Raises CannotDeploy for a line that the account
    does not take; what is in front of it stays.
    """
    come = _resumed(path, notes.load())
    read = Tracked(path, come.at, come.line)
    for piece in chain.from_iterable(_looked_up(ctx, line_files.pieces(read))):
        pace.spend(len(piece.reads))
        try:
            come.outcomes.update(_store(as_import(ctx), piece, folder))
        except (Fault, DeskError) as error:
            fault = error if isinstance(error, Fault) else Fault(piece.reads[0].raw.number, str(error))
            raise CannotDeploy(f"{path.name}: {fault}; what is in front of it is imported") from error
        last = piece.reads[-1].raw
        come.at, come.line, come.here = last.end, last.number, come.here + len(piece.reads)
        notes.put(lambda end=last.end: _noted(come, read.digest(end)))  # type: ignore[misc]
    notes.remove()
    return come


def _looked_up(ctx: Context, pieces: Iterator[Piece]) -> Iterator[list[Piece]]:
    """Yields some pieces at a time, whose ids have been looked up, many in one request."""
    for together in line_files.some(pieces):
        named = [(lines.kind_of(piece.first), piece.first.known_as) for piece in together if piece.has_id]
        imported.look_up(as_import(ctx), named)
        yield together


def _resumed(path: Path, noted: dict[str, Any]) -> Progress:
    """Returns how far an import of a file has come: the beginning, if another file was imported from there."""
    if not noted or _hash(path, noted["at"]).hexdigest() != noted["digest"]:
        return Progress()
    say("import", f"goes on behind line {noted['line']:,}")
    return Progress(noted["at"], noted["line"], Counter(noted["outcomes"]))


def _noted(come: Progress, digest: str) -> dict[str, Any]:
    return {"at": come.at, "line": come.line, "outcomes": dict(come.outcomes), "digest": digest}


def _store(ctx: Context, piece: Piece, folder: Folder) -> dict[str, int]:
    """Stores a piece, and returns how many things and messages came of it. Raises Fault, DeskError."""
    line, said = piece.first, piece.said
    try:
        match line:
            case Conversation():
                done = imports.import_conversation(ctx, line, said, folder.load)
                return _counted(f"conversations {done.outcome}", 1) | _counted("messages new", done.messages)
            case Message():
                return _counted("messages new", imports.import_messages(ctx, line.conversation, said, folder.load))
            case Agent():
                return _counted(f"agents {settings_imports.import_agent(ctx, line)}", 1)
            case Contact():
                return _counted(f"contacts {people_imports.import_contact(ctx, line)}", 1)
        return _counted(f"settings {settings_imports.import_setting(ctx, line)}", 1)
    except imported_messages.OfMessage as error:
        raise Fault(piece.number(error.place), str(error)) from error


def _counted(what: str, count: int) -> dict[str, int]:
    return {what: count} if count else {}


# --- reading back


def verify(ctx: Context, path: Path, seen: Checks) -> int:
    """Reads back all that a file says, and returns how many messages that are. Raises CannotDeploy for what is not there."""
    wrong = said = 0
    for together in _looked_up(ctx, line_files.pieces(line_files.read_raw(path))):
        stored = readback.load(as_import(ctx), _named_in(together))
        for piece in together:
            said += len(piece.said)
            for fault in _missing(as_import(ctx), piece, seen, stored):
                wrong += 1
                if wrong <= _SHOWN:
                    print(f"{path.name}: line {piece.reads[0].raw.number}: {fault}", flush=True)
    if wrong:
        raise CannotDeploy(f"{wrong:,} things are not there as {path} has them")
    return said


def _named_in(pieces: list[Piece]) -> dict[str, list[str]]:
    """Returns the ids of messages that pieces have, by that of their conversation."""
    found: dict[str, list[str]] = {}
    for piece in pieces:
        line = piece.first
        if isinstance(line, Message) or (isinstance(line, Conversation) and not line.merged_into):
            id_ = line.conversation if isinstance(line, Message) else line.id
            found.setdefault(id_, []).extend(one.id for one in piece.said)
    return found


def _missing(ctx: Context, piece: Piece, seen: Checks, stored: Stored) -> list[str]:
    line = piece.first
    match line:
        case Conversation():
            return readback.faults(ctx, line, line.id, piece.said, seen.messages_of(line.id), stored)
        case Message():
            return readback.faults(ctx, None, line.conversation, piece.said, seen.messages_of(line.conversation), stored)
        case Agent() | Contact():
            return [] if people_imports.find(ctx, lines.kind_of(line), line.id) else [f"{line.id} is not there"]
    return [] if settings_imports.is_there(ctx, line) else [f"{line.known_as} is not there"]
