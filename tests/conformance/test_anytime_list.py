"""Anytime's list of conversations: pages, windows of time, conditions, includes."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from chalicelib.dialects.anytime.conversation_shapes import OF_ONE
from chalicelib.dialects.anytime.messages import OF_MESSAGES
from chalicelib.rules.ids import message_number
from tests.conformance.scene import Scene
from tests.conformance.table import DOCUMENTS
from tests.conformance.test_anytime import PATH, refused
from tests.streams_and_queues import START
from tests.visitors import Answer, Visitor

FACTS = {(entry["method"], entry["path"]): entry for entry in DOCUMENTS["Anytime"]["endpoints"]}
LIST = FACTS["GET", PATH]
MANY = 60


@pytest.fixture(scope="module")
def crowd(scene: Scene) -> None:
    """60 more conversations, a second apart, which have been given to nobody."""
    for at in range(MANY):
        scene.world.now += 1_000
        given = {"app_uuid": scene.world.account}
        user = scene.world.pp("PP_CREATE_ANONYMOUS", ppcom_trace_uuid=f"browser {at}", **given).body["user_uuid"]
        chat = scene.world.pp("PPCOM_GET_DEFAULT_CONVERSATION", user_uuid=user, device_uuid="any", **given)
        assert Visitor(scene.world, user, "any", chat.body["uuid"]).say("hello").body["error_code"] == 0


def ask(scene: Scene, **query: Any) -> Answer:
    return scene.world.call("GET", f"{PATH}?{urlencode(query, doseq=True)}" if query else PATH, **scene.bearer())


def listed(scene: Scene, **query: Any) -> list[dict[str, Any]]:
    answer = ask(scene, **query)
    assert answer.status == 200, answer.body
    return list(answer.body["conversations"])


def ids(scene: Scene, **query: Any) -> list[int]:
    return [entry["id"] for entry in listed(scene, **query)]


def where(field: str, match: str, value: object) -> dict[str, Any]:
    return {"conditions[0][field]": field, "conditions[0][matchType]": match, "conditions[0][value]": value}


def address(url: str) -> str:
    """The path and query of a page's address, which is a whole one."""
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "desk.test", PATH)
    return f"{parts.path}?{parts.query}"


def test_following_next_page_sees_each_once(scene: Scene, crowd: None) -> None:
    first = ask(scene).body
    assert (len(first["conversations"]), first["total"], first["previousPage"]) == (50, MANY + 1, None)
    second = scene.world.call("GET", address(first["nextPage"]), **scene.bearer()).body
    assert (len(second["conversations"]), second["total"], second["nextPage"]) == (MANY + 1 - 50, MANY + 1, None)
    seen = [entry["id"] for page in (first, second) for entry in page["conversations"]]
    assert len(set(seen)) == MANY + 1
    times = [entry["lastRepliedTime"] for page in (first, second) for entry in page["conversations"]]
    assert times == sorted(times, reverse=True)
    back = scene.world.call("GET", address(second["previousPage"]), **scene.bearer()).body
    assert back["conversations"] == first["conversations"]
    for page in (first, second):
        again = scene.world.call("GET", address(page["currentPage"]), **scene.bearer()).body
        assert again["conversations"] == page["conversations"]


def test_a_page_by_its_number_alone(scene: Scene, crowd: None) -> None:
    pages = [ask(scene, pageIndex=index).body for index in (1, 2, 3)]
    assert [len(page["conversations"]) for page in pages] == [50, 11, 0]
    assert [page["total"] for page in pages] == [MANY + 1] * 3
    assert [page["nextPage"] is None for page in pages] == [False, True, True]
    assert [page["previousPage"] is None for page in pages] == [True, False, False]
    assert len({entry["id"] for page in pages for entry in page["conversations"]}) == MANY + 1


def test_pages_keep_what_was_asked_for(scene: Scene, crowd: None) -> None:
    asked = where("agentAssigneeId", "is", "") | {"include": "contact", "timeFrom": "2027-01-01", "timeZoneOffset": 2}
    first = ask(scene, **asked).body
    assert first["total"] == MANY
    query = parse_qs(urlsplit(first["nextPage"]).query, keep_blank_values=True)
    kept = {name: query[name][0] for name in asked if name != "conditions[0][value]"}
    assert kept == {name: str(asked[name]) for name in kept} | {"timeZoneOffset": query["timeZoneOffset"][0]}
    assert float(query["timeZoneOffset"][0]) == 2
    second = scene.world.call("GET", address(first["nextPage"]), **scene.bearer()).body
    assert (len(second["conversations"]), second["total"]) == (MANY - 50, MANY)
    rows = first["conversations"] + second["conversations"]
    assert len({entry["id"] for entry in rows}) == MANY
    assert all(entry["agentAssigneeId"] is None and entry["contact"]["id"] == entry["contactId"] for entry in rows)


def iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat().replace("+00:00", "Z")


def test_the_window_is_by_last_reply_and_thirty_days_by_default(scene: Scene, crowd: None) -> None:
    at = {entry["id"]: entry["lastRepliedTime"] for entry in listed(scene) + listed(scene, pageIndex=2)}
    middle = sorted(at.values())[20]
    assert set(ids(scene, timeTo=middle)) == {id_ for id_, time in at.items() if time <= middle}
    from_middle = ids(scene, timeFrom=middle, timeTo=iso(scene.world.now))
    assert set(from_middle) == {id_ for id_, time in at.items() if time >= middle}
    assert ids(scene, timeFrom=middle, timeTo=middle) == [id_ for id_, time in at.items() if time == middle]


def test_without_a_window_the_last_thirty_days_are_listed(scene: Scene, crowd: None) -> None:
    scene.world.now += 30 * 86_400_000 - 10_000
    try:
        shown = scene.world.call("GET", PATH, **scene.world.bearer()).body
        assert (len(shown["conversations"]), shown["total"]) == (11, 11)
        query = urlencode({"timeFrom": iso(START - 1_000)})
        assert scene.world.call("GET", f"{PATH}?{query}", **scene.world.bearer()).body["total"] == MANY + 1
    finally:
        scene.world.now -= 30 * 86_400_000 - 10_000


def test_a_time_without_a_zone_is_in_the_zone_that_is_named(scene: Scene, crowd: None) -> None:
    start = datetime.fromtimestamp(START / 1000 + 30, UTC)
    local = start.replace(tzinfo=None).isoformat()
    east = start.replace(hour=start.hour + 3, tzinfo=None).isoformat()
    assert ids(scene, timeFrom=local) == ids(scene, timeFrom=east, timeZoneOffset=3) == ids(scene, timeFrom=f"{local}Z")
    assert ids(scene, timeFrom=f"{local}Z", timeZoneOffset=-5) == ids(scene, timeFrom=local)
    assert len(ids(scene, timeFrom=local)) == MANY - 29


BAD = [("timeFrom", value) for value in ("yesterday", "2027-13-01", "0", "9" * 30, "\x00")]
BAD += [("timeTo", "tomorrow"), ("timeZoneOffset", "east"), ("timeZoneOffset", "15"), ("timeZoneOffset", "inf")]
BAD += [("pageIndex", value) for value in ("0", "-1", "one", "1.5", "")]
BAD += [("sortBy", "colour"), ("sortOrder", "sideways"), ("include", "everything"), ("include", "contact,boss")]
BAD += [("cursor", value) for value in ("x", "é", "MTo=", "eDp4", "LTE6eA==")]
#: A position in a partition that there is none of.
BAD += [("cursor", "MTgwMDAwMDAwMDAwMDowMTkwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDE6ZWxzZXdoZXJl")]


@pytest.mark.parametrize("name, value", BAD, ids=[f"{name}={value!a:.12}" for name, value in BAD])
def test_a_bad_parameter_is_400_and_named(scene: Scene, name: str, value: str) -> None:
    answer = ask(scene, **{name: value})
    assert refused(answer) == 400
    assert answer.body["message"].startswith(name), answer.body


@pytest.mark.parametrize("index", [201, 10**6, 10**30])
def test_a_page_too_far_is_400_and_named(scene: Scene, index: int) -> None:
    answer = ask(scene, pageIndex=index)
    assert refused(answer) == 400
    assert answer.body["message"].startswith("pageIndex")


def test_a_window_that_ends_before_it_begins_is_400(scene: Scene) -> None:
    answer = ask(scene, timeFrom="2027-02-01", timeTo="2027-01-01")
    assert refused(answer) == 400
    assert answer.body["message"].startswith("timeFrom")


def test_windows_at_the_ends_of_time_are_answered(scene: Scene) -> None:
    for value in ("0001-01-01", "0001-01-01T00:00:00+14:00", "1970-01-01", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"):
        for window in ({"timeFrom": value}, {"timeTo": value}, {"timeFrom": value, "timeTo": value}):
            answer = ask(scene, **window, timeZoneOffset=-14)
            assert answer.status == 200 or refused(answer) == 400, window


# --- conditions


@pytest.fixture(scope="module")
def recent(scene: Scene, crowd: None) -> dict[str, str]:
    """A window in which nine of the crowd are."""
    return {"timeFrom": iso(scene.world.now - 8_000)}


@pytest.fixture(scope="module")
def mixed(scene: Scene, recent: dict[str, str]) -> dict[str, dict[int, Any]]:
    """What each field is, by conversation of that window: one has been given away, one is closed, one is urgent."""
    first, second, third, *_ = ids(scene, **recent)
    ben = scene.world.agents[1].number
    for number, changes in ((first, {"agentAssigneeId": ben}), (second, {"status": "closed"}), (third, {"priority": "urgent"})):
        assert scene.world.call("PUT", f"{PATH}/{number}", changes, **scene.bearer()).status == 200
    rows = listed(scene, **recent)
    return {name: {entry["id"]: entry[name] for entry in rows} for name in FIELDS}


FIELDS = ("status", "priority", "agentAssigneeId", "departmentAssigneeId", "contactId")


@pytest.mark.parametrize("field", FIELDS)
def test_a_condition_divides_the_list_in_two(
    scene: Scene, recent: dict[str, str], mixed: dict[str, dict[int, Any]], field: str
) -> None:
    values = mixed[field]
    assert len(values) == 9
    for value in [*dict.fromkeys(values.values())][:3]:
        given = "" if value is None else value
        expected = [id_ for id_, own in values.items() if own == value]
        assert ids(scene, **where(field, "is", given), **recent) == expected, value
        others = [id_ for id_ in values if id_ not in expected]
        assert ids(scene, **where(field, "isNot", given), **recent) == others, value


def test_values_that_nothing_has(scene: Scene, recent: dict[str, str], mixed: dict[str, dict[int, Any]]) -> None:
    nothing = [("status", "onHold"), ("status", ""), ("priority", "low"), ("agentAssigneeId", 10**9), ("departmentAssigneeId", 1)]
    # An agent of no department asks for theirs.
    for field, value in [*nothing, ("departmentAssigneeId", "myDepartments")]:
        assert ids(scene, **where(field, "is", value), **recent) == []
        assert ids(scene, **where(field, "isNot", value), **recent) == [*mixed["status"]]


def test_all_conditions_hold(scene: Scene, recent: dict[str, str], mixed: dict[str, dict[int, Any]]) -> None:
    both = where("status", "isNot", "closed") | {
        "conditions[7][field]": "priority",
        "conditions[7][matchType]": "is",
        "conditions[7][value]": "urgent",
    }
    assert ids(scene, **both, **recent) == [id_ for id_, own in mixed["priority"].items() if own == "urgent"]


WRONG: list[dict[str, Any]] = [
    where("colour", "is", "x"),
    where("status", "is", "sad"),
    where("agentAssigneeId", "is", "one"),
    where("contactId", "is", "-1"),
    where("status", "like", "new"),
    {"conditions[0][value]": "new"},
    {"conditions[0]": "new"},
    {"conditions": "new"},
    {"conditions[0][field]": ["status", "status"]},
    where("status", "is", "new") | {"conditions[0][field][x]": "new"},
]


@pytest.mark.parametrize("query", WRONG, ids=[urlencode(query, doseq=True, safe="[]") for query in WRONG])
def test_a_bad_condition_is_400_and_named(scene: Scene, query: dict[str, Any]) -> None:
    answer = ask(scene, **query)
    assert refused(answer) == 400
    assert answer.body["message"].startswith("conditions"), answer.body


@pytest.mark.parametrize("match", ["is", "isNot"])
def test_a_priority_is_one_of_the_documented_ones(scene: Scene, match: str) -> None:
    assert refused(ask(scene, **where("priority", match, "sad"))) == 400


# --- includes


def test_the_documented_includes_of_a_list(scene: Scene, recent: dict[str, str]) -> None:
    for name in LIST["includes"]:
        assert {name in entry for entry in listed(scene, **recent)} == {False}
        assert {name in entry for entry in listed(scene, include=name, **recent)} == {True}
    for asked in (LIST["includes"], ",".join(LIST["includes"])):
        (entry,) = listed(scene, include=asked, timeFrom=iso(START), timeTo=iso(START))
        agent = {"id": scene.world.agents[0].number, "name": "Ada Agent", "email": scene.world.agents[0].email, "type": "agent"}
        assert entry["agentAssignee"] == entry["lastRepliedBy"] == agent
        assert entry["contact"] == entry["createdBy"]
        assert (entry["contact"]["id"], entry["contact"]["type"]) == (entry["contactId"], "contact")


def test_the_documented_includes_of_one(scene: Scene) -> None:
    path = f"{PATH}/{scene.number}"
    for name in FACTS["GET", f"{PATH}/{{id}}"]["includes"]:
        shown = scene.world.call("GET", f"{path}?include={name}", **scene.bearer()).body["conversation"]
        assert name in shown, name
    shown = scene.world.call("GET", f"{path}?include=messages", **scene.bearer()).body["conversation"]
    assert [message["plainBody"] for message in shown["messages"]] == ["hello", "hi"]
    messages = scene.world.call("GET", f"{path}/messages?include=sender", **scene.bearer()).body["messages"]
    assert [message["sender"]["type"] for message in messages] == ["contact", "agent"]
    assert [message["sender"]["id"] for message in messages] == [message["senderId"] for message in messages]


@pytest.mark.parametrize("method_path", [key for key in FACTS if key[0] == "GET" and FACTS[key]["includes"]])
def test_an_include_that_is_not_documented_there_is_400(scene: Scene, method_path: tuple[str, str]) -> None:
    path = method_path[1].replace("{id}", str(scene.number)).replace("{messageId}", str(message_number(scene.number, 1)))
    contact = scene.world.call("GET", f"{PATH}/{scene.number}", **scene.bearer()).body["conversation"]["contactId"]
    of_contact = {"contactId": contact} if "contactId" in FACTS[method_path]["params"] else {}
    for name in {*OF_ONE, *OF_MESSAGES, "everything", "Contact"} - set(FACTS[method_path]["includes"]):
        query = urlencode({"include": name, **of_contact})
        answer = scene.world.call("GET", f"{path}?{query}", **scene.bearer())
        assert (refused(answer), name) == (400, name)
        assert answer.body["message"].startswith("include")
