"""A marker in every text that any dialect lets a client write: of contacts who are erased nothing has it any more."""

from collections.abc import Iterator
from typing import Any

import msgspec

from chalicelib.context import ADMIN
from chalicelib.desk.core import rate_limits
from chalicelib.desk.core.errors import DeskError
from chalicelib.desk.privacy import erasures
from chalicelib.models.people import CONTACT, Person
from tests.conformance.scene import Scene, set_up
from tests.conformance.table import Row, every_row
from tests.desk.privacy import raw
from tests.world import World

MARK = "qzxmarker"
#: Parts of paths of calls that end the scene, and of those that write the company's own words: its settings, agents and programs.
_NOT: tuple[str, ...] = (
    "SIGNUP",
    "_APP",
    "RESET",
    "/erase",
    "LOGOUT",
    "PPAUTH",
    "oauth",
    "login",
    "online",
    "read",
    "domains",
    "/auth/",
    "GROUP",
)
_NOT += ("tags", "cannedResponses", "riggers", "olidays", "filters", "fields", "SLAPolicies", "outing", "departments", "agents")
_NOT += (
    "ccounts",
    "auto",
    "apiKeys",
    "workingTime",
    "configs",
    "PPCONSOLE",
    "PREDEFINED",
    "WIDGET",
    "retention",
    "ppauth",
    "GET_",
    "PAGE_",
)


def _texts(value: Any) -> Any:
    """A body with the marker in each of its texts."""
    if isinstance(value, dict):
        return {name: _texts(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_texts(one) for one in value]
    if not isinstance(value, str):
        return value
    return f"{MARK}.{value}" if "@" in value else f"{value} {MARK}"


def _bodies(scene: Scene, row: Row) -> Iterator[list[dict[str, Any]]]:
    """Bodies for a row: with the marker in all that it is called with, and in each further field that may be a text. Of each list
    the first that is taken will do.
    """
    given = scene.body(row)
    further = {
        field.encode_name: f"{MARK}@people.example" if "mail" in field.name else f"{field.name} {MARK}"
        for field in msgspec.structs.fields(row.endpoint.request)
        if field.encode_name not in given and "str" in str(field.type) and field.encode_name not in row.endpoint.path
    }
    planted = {name: _texts(value) for name, value in given.items()}
    if not further and planted == given:
        return
    yield [planted | further, planted]
    if planted != given:
        yield from ([given | {name: value}] for name, value in planted.items() if value != given[name])
    yield from ([given | {name: value}] for name, value in further.items())


def _takes(scene: Scene, row: Row, body: dict[str, Any]) -> bool:
    try:
        answer = scene.ask(row, **{name: value for name, value in body.items() if name not in ("self", "row", "label")})
    except DeskError:  # the scene is not ready for such a body
        return False
    return answer.status < 400 and not (isinstance(answer.body, dict) and answer.body.get("error_code"))


def _plant(scene: Scene) -> set[str]:
    """Calls all rows that write of people. Returns those that took the marker."""
    took = set[str]()
    for row in every_row():
        if row.endpoint.method == "GET" or any(part in row.endpoint.path for part in _NOT):
            continue
        first, *single = [*_bodies(scene, row)] or [[]]
        if any(_takes(scene, row, body) for body in first) or [body for (body,) in single if _takes(scene, row, body)]:
            took.add(f"{row.endpoint.method} {row.endpoint.path}")
    return took


def _contacts(world: World) -> list[int]:
    rows = Person.query(world.account)
    return [row.number for row in rows if row.kind == CONTACT and not row.merged_into]


def test_of_what_clients_write_about_people_nothing_is_left(world: World) -> None:
    rate_limits.use("off")
    world.searched = True
    scene = set_up(world)
    took = _plant(scene)
    assert len(took) > 20
    world.index()
    before = raw.places(MARK)
    assert before.keys() >= {"people", "contact-words", "conversations", "messages", "search", "files"}
    erased = [row.id for row in Person.query(world.account) if row.kind == CONTACT]
    for number in _contacts(world):
        erasures.begin(world.ctx(ADMIN), number)
    world.index()
    for _ in range(3):
        world.pass_(erasures.HELD / 1000)
        world.index()
    left = raw.places(MARK)
    assert left.keys() <= {"people", "unique-names", "settings", "files", "event-logs"}
    assert all("#s#" in place or "#p#" in place for place in left.get("event-logs", ()))  # of settings, and of agents
    assert not [place for place in left.get("event-logs", ()) for contact in erased if contact in place]
