"""Anytime's calls whose requests and capacity are measured besides those of calls.py."""

from urllib.parse import urlencode

from tests.bench.aws import Bill, billed
from tests.bench.calls import CONVERSATIONS, TEXT, Call, Scene, entering, second

CALLS: list[Call] = []
call = entering(CALLS)
_BASE = "/api/v3/anytime"


def _where(field: str, match: str, value: object) -> str:
    given = {"conditions[0][field]": field, "conditions[0][matchType]": match, "conditions[0][value]": value}
    return f"{CONVERSATIONS}?{urlencode(given)}"


def _contact(scene: Scene) -> int:
    given = {"name": "Jane", "email": f"jane{scene.world.now}@shop.test"}
    answer = scene.world.call("POST", f"{_BASE}/contacts", given, **scene.headers)
    return int(answer.body["contact"]["id"])


def _create(scene: Scene, contact: int) -> None:
    given = {"subject": "Order", "channel": "portal", "contactId": contact, "message": {"type": "reply", "plainBody": TEXT}}
    answer = scene.world.call("POST", CONVERSATIONS, given, **scene.headers)
    assert answer.status == 200, answer


@call("create with its first message", 4)
def create(scene: Scene) -> Bill:
    contact = _contact(scene)
    return second(scene, lambda: _create(scene, contact))


@call("list of one contact", 3, "the index, the rows, their details")
def list_of_contact(scene: Scene) -> Bill:
    contact = _contact(scene)
    _create(scene, contact)
    return second(scene, lambda: scene.get(_where("contactId", "is", contact)))


@call("list of one tag", 5, "the index, the rows, their tags, those of the page, their details")
def list_of_tag(scene: Scene) -> Bill:
    made = scene.world.call("POST", f"{_BASE}/tags", {"name": f"tag {scene.world.now}"}, **scene.world.bearer(scene.world.owner))
    tag = made.body["tag"]["id"]
    assert scene.world.call("PUT", scene.address, {"tagIds": [tag]}, **scene.headers).status == 200
    bill = second(scene, lambda: scene.get(f"{CONVERSATIONS}?tagId={tag}"))
    assert scene.world.call("PUT", scene.address, {"tagIds": []}, **scene.headers).status == 200  # other calls' pages have none
    return bill


@call("set a tag", 3)
def set_tag(scene: Scene) -> Bill:
    made = scene.world.call("POST", f"{_BASE}/tags", {"name": f"mark {scene.world.now}"}, **scene.world.bearer(scene.world.owner))
    tags = iter(([made.body["tag"]["id"]], []))
    return second(scene, lambda: scene.world.call("PUT", scene.address, {"tagIds": next(tags)}, **scene.headers))


@call("mark as read", 2)
def mark_read(scene: Scene) -> Bill:
    marks = iter(("unread", "read"))
    return second(scene, lambda: scene.world.call("PUT", f"{scene.address}/{next(marks)}", {}, **scene.headers))


@call("list by three keywords", 7, "what was said lately, the words, rows of what is found, the page", is_flat=False)
def by_keywords(scene: Scene) -> Bill:
    scene.world.index()
    words = urlencode({"keywords": " ".join(TEXT.split()[:3])})
    return second(scene, lambda: scene.get(f"{CONVERSATIONS}?{words}"))


@call("index what was said", 3, "its words and the conversation, its messages")
def index_said(scene: Scene) -> Bill:
    scene.world.index()
    said = scene.world.call(
        "POST", f"{scene.address}/messages", {"type": "reply", "plainBody": f"{TEXT} {scene.world.now}"}, **scene.headers
    )
    assert said.status == 200, said
    scene.world.settle()
    with billed() as bill:
        scene.world.index()
    return bill


@call("unread conversations counted", None, "one look through the unread ones", is_flat=False)
def count_unread(scene: Scene) -> Bill:
    return second(scene, lambda: scene.get(f"{CONVERSATIONS}/unreadCount"))
