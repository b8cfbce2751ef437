"""What tests of imports and exports need: files of lines, commands as they are called, and what came of them."""

import argparse
import json
from pathlib import Path
from typing import Any

from chalicelib import config
from chalicelib.context import SYSTEM
from chalicelib.desk.conversations import history
from chalicelib.models import conversations, unique_names
from chalicelib.models.conversations import Conversation
from infra import exporting, importing
from tests.world import World

Line = dict[str, Any]
T0 = "2023-03-01T09:00:00Z"
CONTACT: Line = {"type": "contact", "id": "c1", "name": "Zoë", "identities": [{"kind": "email", "value": "Zoe@x.example"}]}
CONTACT |= {"created_at": T0}
AGENT: Line = {"type": "agent", "id": "a1", "email": "kim@ACCOUNT.test", "name": "Kim", "created_at": T0}
CLOSED: Line = {"type": "conversation", "id": "v1", "contact": "c1", "subject": "A parcel", "assignee": "a1", "created_at": T0}
CLOSED |= {"closed_at": "2023-03-02T12:00:00.123Z"}


def message(id_: str, body: str, at: str, **more: Any) -> Line:
    """A message's line, of the conversation v1."""
    return {"type": "message", "id": id_, "conversation": "v1", "body": body, "created_at": at, **more}


SAID: list[Line] = [
    message("m1", "where is my parcel?", "2023-03-01T09:00:01Z", contact="c1"),
    message("m2", "let me look", "2023-03-01T09:05:00Z", agent="a1"),
    message("m3", "he is angry", "2023-03-01T09:06:00Z", agent="a1", kind="note"),
    message("m4", "still waiting", "2023-03-02T10:00:00Z", contact="c1"),
    message("m5", "here it is", "2023-03-02T11:00:00.5Z", agent="a1", html="<p>here <b>it</b> is<script>x</script></p>"),
]
ALL: list[Line] = [CONTACT, AGENT, CLOSED, *SAID]


def write(path: Path, *told: Line) -> Path:
    """A file of lines."""
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in told))
    return path


def bring(world: World, path: Path, **given: Any) -> None:
    """Imports a file into an account; ACCOUNT in it is the account's, because agents' addresses are the whole desk's."""
    path.write_text(path.read_text().replace("ACCOUNT", world.account))
    importing.bring(_arguments(path, **given), world.ctx(SYSTEM))


def export(world: World, path: Path) -> list[str]:
    """The lines of an account."""
    exporting.bring_out(_arguments(path), world.ctx(SYSTEM))
    return path.read_text().splitlines()


def _arguments(path: Path, **given: Any) -> argparse.Namespace:
    known = {"file": path, "stage": config.STAGE, "data": path.parent / "notes", "dry_run": False, "rate": 0, "verify": True}
    return argparse.Namespace(**known | given)


def found(world: World, external: str = "v1") -> Conversation:
    """The conversation of an external id."""
    name = unique_names.find(world.account, "import", f"conversation {external}")
    row = conversations.get(world.account, name.id) if name else None
    assert row
    return row


def said(world: World, external: str = "v1") -> list[tuple[str, int, int | None]]:
    """Texts of a conversation's messages, each with its place and its public place."""
    return [
        (one.body, one.sequence, one.public_sequence)
        for one in history.list_latest(world.as_agent(), found(world, external).id).messages
    ]
