"""Archives: a zip that is written in several runs, any of which may die. Its bytes go to the bucket in parts. What the next run
needs is stored before a run counts as done: the entries for the zip's directory, and the bytes that do not fill a part yet.

Entries are stored as they are, not compressed: pictures and mails hardly get smaller.
"""

import io
import zipfile
from collections.abc import Iterator

import msgspec

from chalicelib.models import storage

MIME = "application/zip"
#: Bytes of a part, of which the bucket takes 10,000, and of a file that are in memory at once.
PART, _AT_ONCE = 8 * 1024 * 1024, 4 * 1024 * 1024
#: The date of all entries: the zip says nothing about the process that wrote it.
_DATE = (1980, 1, 1, 0, 0, 0)


class Entry(msgspec.Struct, frozen=True):
    """An entry: its name, and its bytes, or the object in the bucket that has them."""

    name: str
    data: bytes = b""
    place: str = ""


class Written(msgspec.Struct, frozen=True):
    """An entry that was written, as the directory has it."""

    name: str
    crc: int
    size: int
    at: int


class Progress(msgspec.Struct, frozen=True):
    """How far an archive has got: the id under which its parts are sent, their tags, bytes that were written, and runs."""

    upload: str = ""
    tags: tuple[str, ...] = ()
    written: int = 0
    runs: int = 0


class _Sink(io.RawIOBase):
    """Takes a zip's bytes from some place on, and sends those that make a whole part."""

    def __init__(self, key: str, progress: Progress, buffer: bytearray) -> None:
        self.key, self.progress, self.buffer = key, progress, buffer

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.progress.written

    def seek(self, *_: int) -> int:
        raise OSError("bytes that were sent can't be changed")

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.buffer += data
        self.progress = replace_progress(self.progress, written=self.progress.written + len(data))
        while self.progress.upload and len(self.buffer) >= PART:
            self.send(PART)
        return len(data)

    def send(self, size: int) -> None:
        """Sends the next part."""
        tags = self.progress.tags
        tag = storage.put_part(self.key, self.progress.upload, len(tags) + 1, bytes(self.buffer[:size]))
        del self.buffer[:size]
        self.progress = replace_progress(self.progress, tags=(*tags, tag))


class _Zip(zipfile.ZipFile):
    def __del__(self) -> None:
        """Nothing: where a run ends, the next one goes on with the zip."""


def replace_progress(progress: Progress, **changes: object) -> Progress:
    """Returns a progress with changes."""
    return msgspec.structs.replace(progress, **changes)


class Archive:
    """One run's view of an archive, which stands under `key` in the bucket when it is done."""

    def __init__(self, key: str, progress: Progress) -> None:
        """Goes on where the last run ended. Two requests to the bucket but for the first run."""
        tail = storage.get(_tail(key, progress.runs)) if progress.runs else None
        self._key, self._sink = key, _Sink(key, progress, bytearray(tail or b""))
        self._zip = _Zip(self._sink, "w")

    @property
    def size(self) -> int:
        """Bytes that were written, also by earlier runs."""
        return self._sink.progress.written

    def add(self, entry: Entry) -> None:
        """Writes an entry. One request for each 4 MB of an object, and one for each whole part. Objects that are no longer in the
        bucket are left out.
        """
        if entry.place and storage.size_of(entry.place) is None:
            return
        with self._zip.open(zipfile.ZipInfo(entry.name, _DATE), "w", force_zip64=bool(entry.place)) as out:
            for data in _pieces(entry):
                out.write(data)

    def pause(self) -> Progress:
        """Stores what the next run has to know, and returns how far this one has got. Two requests."""
        runs = self._sink.progress.runs + 1
        own = [Written(one.filename, one.CRC, one.file_size, one.header_offset) for one in self._zip.filelist]
        storage.put(_directory(self._key, runs), msgspec.json.encode(own), "application/json")
        storage.put(_tail(self._key, runs), bytes(self._sink.buffer), MIME)
        return replace_progress(self._sink.progress, runs=runs)

    def close(self) -> bytes:
        """Writes the directory of all runs. If no part was sent yet, returns the archive's bytes; else sends them and makes the
        object. Two requests, and one for each run before.
        """
        earlier = [_info(one) for run in range(1, self._sink.progress.runs + 1) for one in _read(self._key, run)]
        self._zip.filelist[:0] = earlier
        self._zip.comment = b"all that is stored of a person"  # so that the directory is written, also after no entry
        self._zip.close()
        if not self._sink.progress.upload:
            return bytes(self._sink.buffer)
        self._sink.send(len(self._sink.buffer))
        storage.end_parts(self._key, self._sink.progress.upload, self._sink.progress.tags)
        return b""


def begin(key: str) -> Progress:
    """Begins an archive that is sent to the bucket. One request."""
    return Progress(upload=storage.begin_parts(key, MIME))


def _pieces(entry: Entry) -> Iterator[bytes]:
    if not entry.place:
        yield entry.data
        return
    size = storage.size_of(entry.place) or 0
    for first in range(0, size, _AT_ONCE):
        yield storage.read_range(entry.place, first, _AT_ONCE)


def _tail(key: str, run: int) -> str:
    return f"{key}/tail-{run:06d}"


def _directory(key: str, run: int) -> str:
    return f"{key}/directory-{run:06d}"


def _read(key: str, run: int) -> list[Written]:
    return msgspec.json.decode(storage.get(_directory(key, run)) or b"[]", type=list[Written])


def _info(one: Written) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(one.name, _DATE)
    info.CRC, info.file_size, info.compress_size, info.header_offset = one.crc, one.size, one.size, one.at
    info.flag_bits = 0x08 | (0 if one.name.isascii() else 0x800)
    return info


def remove(key: str, progress: Progress) -> bool:
    """Removes what is stored of an archive, a thousand objects at most. Returns whether that was all. One request, and one for
    each object.
    """
    if progress.upload:
        storage.drop_parts(key, progress.upload)
    found = storage.list_keys(key, 1_000)
    for one in found:
        storage.remove(one)
    return len(found) < 1_000


def tidy(key: str, progress: Progress) -> None:
    """Removes what only the runs needed. Two requests for each."""
    for run in range(1, progress.runs + 1):
        storage.remove(_tail(key, run))
        storage.remove(_directory(key, run))
