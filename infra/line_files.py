"""Files of lines: read line by line with their numbers, and in pieces that are stored together. Bounded in memory."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

from chalicelib.desk.core import lines
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.core.lines import Agent, AnyLine, Contact, Conversation, Message

#: Messages of a piece, and bytes of its lines.
_MOST, _MOST_BYTES = 200, 8_000_000
#: Pieces whose ids are looked up together.
_AT_ONCE = 50
_BOM = b"\xef\xbb\xbf"


class Fault(Exception):
    """What is wrong with a line, by its number from 1."""

    def __init__(self, number: int, what: str) -> None:
        super().__init__(f"line {number}: {what}")
        self.number = number


class Raw(NamedTuple):
    """A line's number from 1, its bytes, and where the next one begins."""

    number: int
    text: bytes
    end: int


class Read(NamedTuple):
    """A line that was read."""

    raw: Raw
    line: AnyLine


@dataclass(frozen=True, slots=True)
class Piece:
    """A conversation with the messages behind it, further messages of one, or a line of another kind."""

    reads: list[Read]

    @property
    def first(self) -> AnyLine:
        """Its first line."""
        return self.reads[0].line

    @property
    def said(self) -> list[Message]:
        """Its messages."""
        return [read.line for read in self.reads if isinstance(read.line, Message)]

    @property
    def has_id(self) -> bool:
        """Whether its first line is of something with an external id of its own."""
        return isinstance(self.first, Agent | Contact | Conversation)

    def number(self, place: int) -> int:
        """Returns the number of the line of a message, by its place among them."""
        return self.reads[place + (not isinstance(self.first, Message))].raw.number


def read_raw(path: Path, at: int = 0, number: int = 0) -> Iterator[Raw]:
    """Yields the lines of a file behind a place, of which `number` are in front of it. Raises Fault for one that is too long."""
    with path.open("rb") as file:
        file.seek(at)
        while text := file.readline(lines.LONGEST_LINE + 1):
            number += 1
            if len(text) > lines.LONGEST_LINE:
                raise Fault(number, f"is longer than {lines.LONGEST_LINE:,} bytes")
            yield Raw(number, text, file.tell())


def decode(raw: Raw) -> AnyLine | None:
    """Returns what a line says, None for an empty one. Raises Fault."""
    text = raw.text.removeprefix(_BOM).strip()
    try:
        return lines.decode(text) if text else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Fault(raw.number, str(error).replace(" - at `$.", ": `").replace(" - at `$`", "")) from error


def pieces(raws: Iterable[Raw]) -> Iterator[Piece]:
    """Yields the pieces of lines. Raises Fault."""
    held: list[Read] = []
    size = 0
    for raw in raws:
        line = decode(raw)
        if line is None:
            continue
        if held and not (_follows(held, line) and len(held) <= _MOST and size + len(raw.text) <= _MOST_BYTES):
            yield Piece(held)
            held, size = [], 0
        held.append(Read(raw, line))
        size += len(raw.text)
    if held:
        yield Piece(held)


def some(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Yields pieces by the fifty, or as many as there may be in memory."""
    held: list[Piece] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += sum(len(read.raw.text) for read in piece.reads)
        if len(held) == _AT_ONCE or size > _MOST_BYTES:
            yield held
            held, size = [], 0
    if held:
        yield held


def _follows(held: list[Read], line: AnyLine) -> bool:
    """Returns whether a line is a message of the conversation that is held."""
    last = held[-1].line
    conversation = last.id if isinstance(last, Conversation) else last.conversation if isinstance(last, Message) else None
    return isinstance(line, Message) and line.conversation == conversation


@dataclass(frozen=True, slots=True)
class Folder:
    """Where a file's attachments are: beside it, and nowhere else."""

    path: Path

    def load(self, attached: lines.Attachment) -> bytes:
        """Returns an attachment's bytes. Raises Invalid."""
        return attached.data if attached.data is not None else self._found(attached).read_bytes()

    def size(self, attached: lines.Attachment) -> int:
        """Returns how many bytes an attachment has. Raises Invalid."""
        return len(attached.data) if attached.data is not None else self._found(attached).stat().st_size

    def _found(self, attached: lines.Attachment) -> Path:
        root = self.path.resolve()
        with suppress(OSError, ValueError, RuntimeError):  # a name that no file can have, and links in a circle
            found = (root / str(attached.path)).resolve()
            if found.is_relative_to(root) and found.is_file() and os.access(found, os.R_OK):
                return found
        raise Invalid("attachments", f"there is no file {attached.path!r} beside the lines that may be read")
