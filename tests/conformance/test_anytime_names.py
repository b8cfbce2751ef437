"""Names over Anytime: of every kind of thing each has something to see, and stays on its line."""

import msgspec
import pytest

from chalicelib.dialects.anytime.routes import ANYTIME
from tests.conformance.scene import Scene
from tests.conformance.table import Row, each, rows_of

NAMES = ("name", "title")
BAD = {" \u200b\u3164": "must not be empty", "a\nb": "control characters", "invoice\u202efdp.exe": "control characters"}


def name_of(row: Row) -> str | None:
    """The request's field that is a thing's name. A contact's title is their profession, which they need not have."""
    taken = [field.encode_name for field in msgspec.structs.fields(row.endpoint.request)]
    return next((name for name in NAMES if name in taken), None) if row.endpoint.method in ("POST", "PUT") else None


ROWS = [row for row in rows_of(ANYTIME) if name_of(row)]


@each(ROWS)
def test_a_name_that_cannot_be_seen_or_read_is_400_and_named(scene: Scene, row: Row) -> None:
    name = str(name_of(row))
    for bad, told in BAD.items():
        answer = scene.world.call(row.endpoint.method, scene.path(row), {**scene.body(row), name: bad}, **scene.headers(row))
        assert (answer.status, answer.body.get("message", "").partition(" ")[0]) == (400, name), answer.body
        assert told in answer.body["message"] or "1 to 256" in answer.body["message"]


@pytest.mark.parametrize("bad", [" ", "\u200b", "\x00\n"])
def test_a_subject_that_cannot_be_seen_is_400(scene: Scene, bad: str) -> None:
    path = f"/api/v3/anytime/conversations/{scene.number}"
    answer = scene.world.call("PUT", path, {"subject": bad}, **scene.bearer())
    assert (answer.status, answer.body["message"]) == (400, "subject must be 1 to 500 characters")


def test_a_subject_is_kept_on_one_line(scene: Scene) -> None:
    path = f"/api/v3/anytime/conversations/{scene.number}"
    answer = scene.world.call("PUT", path, {"subject": " a\r\nBcc: b\u202e "}, **scene.bearer())
    assert answer.body["conversation"]["subject"] == "a Bcc: b"
