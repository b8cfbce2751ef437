"""An account goes out and comes in again: what comes out of the second is what came out of the first."""

import argparse
import json
from pathlib import Path
from typing import Any

from chalicelib import config
from chalicelib.context import SYSTEM
from chalicelib.desk.conversations import history, inbox
from chalicelib.desk.conversations.inbox import Listing
from chalicelib.desk.core import lines
from chalicelib.desk.people import people
from chalicelib.desk.reports import statistics
from chalicelib.desk.search import search
from chalicelib.models import conversations as rows
from chalicelib.models import unique_names
from infra import exporting, importing
from tests.world import World

T0 = "2023-03-01T09:00:00Z"


def arguments(path: Path, **given: Any) -> argparse.Namespace:
    known = {"file": path, "stage": config.STAGE, "data": path.parent / "notes", "dry_run": False, "rate": 0, "verify": True}
    return argparse.Namespace(**known | given)


def bring(world: World, path: Path, **given: Any) -> None:
    path.write_text(path.read_text().replace("ACCOUNT", world.account))
    importing.bring(arguments(path, **given), world.ctx(SYSTEM))


def export(world: World, path: Path) -> list[bytes]:
    exporting.bring_out(arguments(path), world.ctx(SYSTEM))
    return path.read_bytes().splitlines()


def write(path: Path, *told: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in told))
    return path


def message(id_: str, body: str, at: str, **more: Any) -> dict[str, Any]:
    return {"type": "message", "id": id_, "conversation": "v1", "body": body, "created_at": at, **more}


CONTACT = {
    "type": "contact",
    "id": "c1",
    "name": "Zoë",
    "identities": [{"kind": "email", "value": "Zoe@x.example"}],
    "created_at": T0,
}
AGENT = {"type": "agent", "id": "a1", "email": "kim@ACCOUNT.test", "name": "Kim", "created_at": T0}
CLOSED = {"type": "conversation", "id": "v1", "contact": "c1", "subject": "A parcel", "assignee": "a1", "created_at": T0}
CLOSED |= {"closed_at": "2023-03-02T12:00:00.123Z"}
SAID = [
    message("m1", "where is my parcel?", "2023-03-01T09:00:01Z", contact="c1"),
    message("m2", "let me look", "2023-03-01T09:05:00Z", agent="a1"),
    message("m3", "he is angry", "2023-03-01T09:06:00Z", agent="a1", kind="note"),
    message("m4", "still waiting", "2023-03-02T10:00:00Z", contact="c1"),
    message("m5", "here it is", "2023-03-02T11:00:00.5Z", agent="a1", html="<p>here <b>it</b> is<script>x</script></p>"),
]


def found(world: World, external: str = "v1") -> rows.Conversation:
    name = unique_names.find(world.account, "import", f"conversation {external}")
    row = rows.get(world.account, name.id) if name else None
    assert row
    return row


def test_what_was_said_is_there_as_if_it_had_been_posted_then(world: World, tmp_path: Path) -> None:
    noted = world.note_deliveries()
    bring(world, write(tmp_path / "a.jsonl", CONTACT, AGENT, CLOSED, *SAID))
    world.settle()
    row = found(world)
    said = history.list_latest(world.as_agent(), row.id).messages
    assert [(one.body, one.sequence, one.public_sequence) for one in said] == [
        ("where is my parcel?", 1, 1),
        ("let me look", 2, 2),
        ("he is angry", 3, None),
        ("still waiting", 4, 3),
        ("here it is", 5, 4),
    ]
    assert said[4].html_body == "<p>here <b>it</b> is</p>"
    assert lines.from_ms(said[4].created_at).isoformat() == "2023-03-02T11:00:00.500000+00:00"
    assert (row.status, row.closed_at, row.message_count, row.note_count) == ("closed", 1677758400123, 5, 1)
    assert (row.preview, row.last_sender_kind, row.last_activity_at) == ("here it is", "agent", said[4].created_at)
    assert (row.waits_since, row.warn_at, row.close_at, row.reassign_at, row.first_due_at) == (None,) * 5
    listed = inbox.page(world.as_agent(), Listing(size=5)).conversations
    assert [one.id for one in listed] == [row.id]
    assert noted == []  # nobody is told
    assert people.get_agent_by_email(world.as_agent(), f"kim@{world.account}.test").password is None


def test_it_is_found_by_its_words_counted_on_its_days_and_logged_as_imported(world: World, tmp_path: Path) -> None:
    bring(world, write(tmp_path / "a.jsonl", CONTACT, AGENT, CLOSED, *SAID))
    world.index()
    world.count()
    row, ctx = found(world), world.as_agent()
    wanted = search.read(ctx, "parcel waiting zoe")
    assert wanted
    matches = search.find(ctx, wanted)
    assert [*matches.numbers] == [row.number] if hasattr(matches, "numbers") else matches
    days = statistics.by_day(ctx, lines.from_ms(row.created_at).date(), lines.from_ms(row.created_at).date())
    assert [(one.messages, len(one.agents)) for one in days.values()] == [(2, 1)]
    log = world.call("GET", f"/api/v3/anytime/conversations/{row.number}/eventLogs", **world.bearer()).body
    assert "imported the conversation" in json.dumps(log)
