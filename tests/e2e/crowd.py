"""Ten thousand conversations, stored before a desk starts: rows like those of one that the desk has made, in its journal."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chalicelib.models.attributes import KeyAttribute
from infra import compaction

MANY = 10_000
#: Their numbers begin above those that the desk gives.
_FIRST = 1_000_000
#: Milliseconds between two of them.
_APART = 60_000
#: Stored names of deadlines (models/conversations.py), which would ring for all of them at once.
_DEADLINES = ("re", "wa", "co", "ea")
_PREFIX = "polydesk-local-"


def multiply(journal: Path, text: str) -> None:
    """Adds others to an account's first conversation, which has the message `text` alone: older ones, "number 1" to
    "number 9999", with its agent and a message of that text each.
    """
    lines = journal.read_bytes().splitlines(keepends=True)
    if not lines[-1].endswith(b"\n"):  # of a desk that was writing
        journal.write_bytes(b"".join(lines[:-1]))
        del lines[-1]
    _, rows = compaction.latest(change for line in lines for change in json.loads(line))
    with journal.open("a") as file:
        for line in _copies([row for row in rows if "t" in row], text):
            file.write(json.dumps(line) + "\n")


def _copies(rows: list[dict[str, Any]], text: str) -> Iterator[list[dict[str, Any]]]:
    (message,) = [row for row in rows if row["t"] == f"{_PREFIX}messages" and row["n"]["bo"]["S"] == text]
    account, _, first = message["k"][0].partition("#")
    short = KeyAttribute().serialize(f"{account}#{first}")
    (summary,) = [row for row in rows if row["t"] == f"{_PREFIX}conversations" and row["k"][0] == short]
    (name,) = [row for row in rows if row["t"] == f"{_PREFIX}unique-names" and row["k"][0] == f"{account}#conversation#1"]
    for name_ in _DEADLINES:
        summary["n"].pop(name_, None)
    plain = json.dumps([summary, message, name])
    for at in range(1, MANY):
        other = str(uuid.UUID(int=at))
        made = plain.replace(first, other).replace(short, KeyAttribute().serialize(f"{account}#{other}"))
        made = made.replace(f"#conversation#1{chr(34)}", f"#conversation#{_FIRST + at}{chr(34)}").replace(text, f"number {at}")
        copy: list[dict[str, Any]] = json.loads(made)
        row = copy[0]["n"]
        row["nu"]["N"] = str(_FIRST + at)
        row["la"]["N"] = row["ca"]["N"] = row["hs"]["N"] = str(int(row["la"]["N"]) - at * _APART)
        copy[1]["n"]["ca"]["N"] = row["la"]["N"]
        yield copy
