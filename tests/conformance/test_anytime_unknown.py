"""What Anytime says of an id of nothing: the number that was sent, and no id that the client has never seen."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.dialects.anytime.routes import ANYTIME
from tests.conformance.scene import Scene
from tests.conformance.table import Row, each, rows_of

BY_ID = [
    row
    for row in rows_of(ANYTIME)
    if re.search(r"{\w*[iI]d}", row.endpoint.path) and not {"{keyId}", "{guid}"} & {*row.endpoint.path.split("/")}
]
#: What is removed at once. Of contacts what is stored goes later, and files go by other ids.
ENDED = {
    row.endpoint.path: row
    for row in BY_ID
    if row.endpoint.method == "DELETE" and row.endpoint.path.endswith("d}") and "contact" not in row.endpoint.path
}
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-")


def told(scene: Scene, row: Row, number: int) -> str:
    """What the row's call says of a number of nothing in its path, empty where it does not say that it is none."""
    name = re.findall(r"{(\w*[iI]d)}", row.endpoint.path)[-1]
    body: Any = scene.body(row)
    path = scene.path(row, **{name: str(number)})
    if row.endpoint.method == "GET":
        body, path = None, f"{path}?{urlencode(body)}"
    answer = scene.world.call(row.endpoint.method, path, body, **scene.headers(row))
    return answer.body["message"] if answer.status == 404 else ""


@each(BY_ID)
def test_an_id_of_nothing_is_told_as_it_was_sent(scene: Scene, row: Row) -> None:
    message = told(scene, row, 987_654)
    assert "987654" in message and not _UUID.search(message)


@pytest.mark.parametrize("path", ENDED)
def test_an_id_of_what_was_removed_is_told_as_it_was_sent(scene: Scene, path: str) -> None:
    removed = scene.path(ENDED[path])
    assert scene.world.call("DELETE", removed, **scene.headers(ENDED[path])).status == 200
    number = removed.rpartition("/")[2]
    rows = [row for row in BY_ID if row.endpoint.path.startswith(path) and "{" not in row.endpoint.path[len(path) :]]
    # What was done to a deleted conversation is still told.
    messages = [told(scene, row, int(number)) for row in rows if "eventLogs" not in row.endpoint.path]
    assert [message for message in messages if number not in message or _UUID.search(message)] == []
