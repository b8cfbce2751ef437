"""Anytime's conversation, field by field: what each documented field is after what changes it. And creation, batches, counts."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.context import ADMIN
from tests.conformance.table import DOCUMENTS, gaps
from tests.conformance.test_anytime import PATH, refused
from tests.desk.conversations.desk import contact, create, department, field, tag
from tests.world import START, Answer, World

OBJECTS = DOCUMENTS["Anytime"]["objects"]
FACTS = {(entry["method"], entry["path"]): entry for entry in DOCUMENTS["Anytime"]["endpoints"]}
SECOND = 1_000


def iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03}Z"


class Talk:
    """A conversation that the first agent has created with a reply, unless told otherwise; a second passes before each call."""

    def __init__(self, world: World, number: int | None = None, **given: Any) -> None:
        self.world = world
        self.mia = contact(world) if number is None else None
        self.number = number or self._created(given)

    def _created(self, given: dict[str, Any]) -> int:
        message = {"type": "reply", "plainBody": "We called you"}
        body = {
            "subject": "A parcel",
            "channel": "portal",
            "contactId": self.mia and self.mia.number,
            "message": message,
            **given,
        }
        answer = self.ask("POST", PATH, body)
        assert answer.status == 200, answer.body
        return int(answer.body["conversation"]["id"])

    def ask(self, method: str, path: str, body: Any = None, at: int = 0) -> Answer:
        self.world.now += SECOND
        return self.world.call(method, path, body, **self.world.bearer(self.world.agents[at]))

    def put(self, at: int = 0, **changes: Any) -> None:
        assert self.ask("PUT", f"{PATH}/{self.number}", changes, at).status == 200

    def mark(self, word: str, at: int = 0) -> None:
        answer = self.ask("PUT", f"{PATH}/{self.number}/{word}", {}, at)
        assert (answer.status, answer.body) == (200, None)

    def post(self, text: str, type_: str = "reply", at: int = 0) -> int:
        answer = self.ask("POST", f"{PATH}/{self.number}/messages", {"type": type_, "htmlBody": text}, at)
        assert answer.status == 200, answer.body
        return int(answer.body["message"]["id"])

    def shown(self, at: int = 0, query: str = "") -> dict[str, Any]:
        """How it is shown, which is the same alone and in a list."""
        found = self.ask("GET", f"{PATH}/{self.number}{query}", at=at).body["conversation"]
        listed = self.ask("GET", PATH, at=at).body["conversations"]
        assert gaps("conversation", found, OBJECTS) == []
        if not query:
            assert [one for one in listed if one["id"] == self.number] == [found]
        return dict(found)


def asked(world: World) -> Talk:
    """One that a contact has begun, and nobody has answered."""
    world.asking("Where is it?")
    (listed,) = world.call("GET", PATH, **world.bearer()).body["conversations"]
    return Talk(world, listed["id"])


def mention(world: World, *at: int) -> str:
    return "".join(f'<span data-id={world.agents[one].number} class="athighlight">you</span> ' for one in at) + "look"


# --- what each field is


def _id(world: World) -> None:
    first, second = Talk(world), create(world.as_agent(), contact=contact(world, "Ned Novak").number)
    assert second.number == first.number + 1 and first.shown()["id"] == first.number


def _subject(world: World) -> None:
    talk = Talk(world, subject="A bill")
    assert talk.shown()["subject"] == "A bill"
    talk.put(subject="Two bills")
    assert talk.shown()["subject"] == "Two bills"


def _agent_assignee_id(world: World) -> None:
    talk, ben = Talk(world), world.agents[1].number
    assert talk.shown()["agentAssigneeId"] is None
    talk.put(agentAssigneeId=ben)
    assert talk.shown()["agentAssigneeId"] == ben
    talk.put(agentAssigneeId=None)
    assert talk.shown()["agentAssigneeId"] is None
    talk.post("mine")
    assert talk.shown()["agentAssigneeId"] == world.agents[0].number


def _department_assignee_id(world: World) -> None:
    sales, help_ = department(world, "Sales").number, department(world, "Help").number
    talk = Talk(world, departmentAssigneeId=sales)
    assert talk.shown()["departmentAssigneeId"] == sales
    talk.put(departmentAssigneeId=help_)
    assert talk.shown(query="?include=departmentAssignee")["departmentAssignee"] == {
        "id": help_,
        "name": "Help",
        "description": "",
    }
    talk.put(departmentAssigneeId=None)
    assert talk.shown()["departmentAssigneeId"] is None


def _contact_id(world: World) -> None:
    talk, ned = Talk(world), contact(world, "Ned Novak")
    assert talk.mia and talk.shown()["contactId"] == talk.mia.number
    talk.put(contactId=ned.number)
    shown = talk.shown(query="?include=contact")
    assert (shown["contactId"], shown["contact"]["name"]) == (ned.number, "Ned Novak")


def _received_from(world: World) -> None:
    assert Talk(world).shown()["receivedFrom"] is None


def _channel(world: World) -> None:
    assert [Talk(world, channel=channel).shown()["channel"] for channel in ("email",)] == ["email"]
    assert asked(other(world)).shown()["channel"] == "portal"


def other(world: World) -> World:
    """Another account of the same desk."""
    return World(world.monkeypatch, clock_of=world, name="other")


def _priority(world: World) -> None:
    talk = Talk(world)
    assert talk.shown()["priority"] == "normal"
    talk.put(priority="urgent")
    assert talk.shown()["priority"] == "urgent"


def _status(world: World) -> None:
    talk = Talk(world)
    assert talk.shown()["status"] == "new"
    talk.post("an answer")
    assert talk.shown()["status"] == "pendingExternal"
    talk.put(status="closed")
    assert talk.shown()["status"] == "closed"
    talk.put(status="onHold")
    assert talk.shown()["status"] == "onHold"


def _is_read(world: World) -> None:
    talk = asked(world)
    assert talk.shown()["isRead"] is False
    for word in ("read", "unread", "read"):
        talk.mark(word)
        assert talk.shown()["isRead"] == (word == "read")
    talk.put(isRead=False)
    talk.post("an answer")
    assert talk.shown()["isRead"] is True


def _is_read_by_contact(world: World) -> None:
    visitor = world.asking()
    (listed,) = world.call("GET", PATH, **world.bearer()).body["conversations"]
    talk = Talk(world, listed["id"])
    for name in ("isReaByContact", "isReadByContact"):
        assert talk.shown()[name] is True, "they wrote last"
        talk.post("an answer")
        assert talk.shown()[name] is False
        visitor.say("thanks")


def _custom_fields(world: World) -> None:
    size = field(world, "size", "dropdownList", options=_options("S", "L"))
    talk = Talk(world, customFields=[{"name": "SIZE", "value": "L"}, {"id": 2, "value": "A 7"}])
    own = {"id": 100 + size, "name": "size", "value": "L"}
    assert talk.shown()["customFields"] == [{"id": 2, "name": "orderId", "value": "A 7"}, own]
    talk.put(customFields=[{"id": own["id"], "value": "S"}])
    assert talk.shown()["customFields"][1]["value"] == "S"
    talk.put(customFields=[{"name": "size", "value": None}, {"name": "orderId", "value": ""}])
    assert talk.shown()["customFields"] == []


def _options(*values: str) -> Any:
    from chalicelib.desk.accounts import custom_fields

    return custom_fields.options([(None, value, value) for value in values])


def _created_by(world: World) -> None:
    ada = world.agents[0]
    shown = Talk(world).shown(query="?include=createdBy")
    assert (shown["createdById"], shown["createdByType"], shown["createdBy"]["name"]) == (ada.number, "agent", "Ada Agent")
    machine = create(world.ctx(ADMIN), contact=contact(world, "Ned Novak").number)
    shown = Talk(world, machine.number).shown(query="?include=createdBy")
    assert (shown["createdById"], shown["createdByType"], shown["createdBy"]) == (None, "system", None)
    shown = asked(other(world)).shown(query="?include=createdBy")
    assert (shown["createdById"], shown["createdByType"]) == (shown["contactId"], "contact")
    assert shown["createdBy"]["id"] == shown["contactId"]


def _created_time(world: World) -> None:
    talk = Talk(world)
    created = iso(world.now)
    talk.put(priority="low")
    assert talk.shown()["createdTime"] == created


def _last_activity_time(world: World) -> None:
    named = tag(world, "vip")
    sales = department(world, "Sales").number
    talk, ben = Talk(world, customFields=[{"id": 1, "value": "x"}]), world.agents[1].number
    acts: list[Callable[[], object]] = [
        lambda: talk.post("an answer"),
        lambda: talk.post(mention(world, 0, 1), "note"),
        lambda: talk.put(priority="high"),
        lambda: talk.put(subject="Else"),
        lambda: talk.put(status="onHold"),
        lambda: talk.put(agentAssigneeId=ben),
        lambda: talk.put(departmentAssigneeId=sales),
        lambda: talk.put(tagIds=[named]),
        lambda: talk.put(customFields=[{"id": 1, "value": "y"}]),
    ]
    for act in acts:
        act()
        assert talk.shown()["lastActivityTime"] == iso(world.now - 2 * SECOND)
    last = talk.shown()["lastActivityTime"]
    for at in (0, 1):
        for word in ("unread", "read", "unread"):
            talk.mark(word, at)
    assert talk.shown()["lastActivityTime"] == last


def _last_status_change_time(world: World) -> None:
    talk = Talk(world)
    assert talk.shown()["lastStatusChangeTime"] == talk.shown()["createdTime"]
    talk.put(status="onHold")
    changed = iso(world.now)
    talk.put(priority="low")
    talk.put(status="onHold")
    assert talk.shown()["lastStatusChangeTime"] == changed


def _last_replied(world: World) -> None:
    talk = Talk(world, message={"type": "note", "plainBody": "they called"})
    shown = talk.shown(query="?include=lastRepliedBy")
    assert [shown[name] for name in ("lastRepliedTime", "lastRepliedById", "lastRepliedByType", "lastRepliedBy")] == [None] * 4
    talk.post("an answer", at=1)
    at = iso(world.now)
    talk.post("a note", "note")
    talk.put(priority="high")
    shown = talk.shown(query="?include=lastRepliedBy")
    assert (shown["lastRepliedTime"], shown["lastRepliedById"], shown["lastRepliedByType"]) == (
        at,
        world.agents[1].number,
        "agent",
    )
    assert shown["lastRepliedBy"]["name"] == "Ben Agent"
    shown = asked(other(world)).shown()
    assert (shown["lastRepliedById"], shown["lastRepliedByType"]) == (shown["contactId"], "contact")


def _has_draft(world: World) -> None:
    assert Talk(world).shown()["hasDraft"] is False


def _tag_ids(world: World) -> None:
    one, two = tag(world, "one"), tag(world, "two")
    talk = Talk(world, tagIds=[two, one])
    assert talk.shown()["tagIds"] == [two, one]
    talk.put(tagIds=[one])
    assert talk.shown()["tagIds"] == [one]
    counts = world.call("GET", "/api/v3/anytime/tags", **world.bearer()).body["tags"]
    assert {found["id"]: found["conversationCount"] for found in counts} == {one: 1, two: 0}
    for body in ({"tagIds": []}, {"tagIds": [one]}):
        talk.put(**body)
    assert world.call("DELETE", f"/api/v3/anytime/tags/{one}", **world.bearer(world.owner)).status == 200
    assert talk.shown()["tagIds"] == []


def _is_deleted(world: World) -> None:
    shown = Talk(world).shown()
    assert (shown["isDeleted"], shown["mergedIntoId"], shown["isEditable"]) == (False, None, True)


def _sla(world: World) -> None:
    shown = Talk(world).shown()
    names = ("slaPolicyId", "firstRespondBreachAt", "nextRespondBreachAt", "resolveBreachAt")
    assert {shown[name] for name in names} == {None}, "there is no policy"


def _mentioned_agents(world: World) -> None:
    ada, ben, cleo = (agent.number for agent in world.agents)
    talk = Talk(world)
    first = talk.post(mention(world, 1, 2), "note")
    assert talk.shown()["mentionedAgents"] == [
        {"agentId": ben, "isRead": False, "messageId": first},
        {"agentId": cleo, "isRead": False, "messageId": first},
    ]
    talk.mark("read", at=1)
    talk.mark("read", at=0)
    assert {one["agentId"]: one["isRead"] for one in talk.shown()["mentionedAgents"]} == {ben: True, cleo: False}
    talk.put(at=2, isRead=True)
    assert {one["agentId"]: one["isRead"] for one in talk.shown()["mentionedAgents"]} == {ben: True, cleo: True}
    talk.mark("unread", at=2)
    second = talk.post(mention(world, 1, 0), "note")
    assert {one["agentId"]: (one["isRead"], one["messageId"]) for one in talk.shown()["mentionedAgents"]} == {
        ben: (False, second),
        cleo: (False, first),
        # They know what they wrote themselves.
        ada: (True, second),
    }


def _last_message(world: World) -> None:
    talk = Talk(world, message={"type": "note", "plainBody": "they called"})
    assert talk.shown()["lastMessage"] is None
    talk.post("<p>Hello <b>you</b></p>")
    talk.post("a note", "note")
    assert talk.shown()["lastMessage"] == "Hello you"


CHECKS: dict[str, Callable[[World], None]] = {
    "id": _id,
    "subject": _subject,
    "agentAssigneeId": _agent_assignee_id,
    "departmentAssigneeId": _department_assignee_id,
    "contactId": _contact_id,
    "receivedFrom": _received_from,
    "channel": _channel,
    "priority": _priority,
    "status": _status,
    "isRead": _is_read,
    "isReaByContact": _is_read_by_contact,
    "customFields": _custom_fields,
    "createdById": _created_by,
    "createdTime": _created_time,
    "lastActivityTime": _last_activity_time,
    "lastStatusChangeTime": _last_status_change_time,
    "lastRepliedTime": _last_replied,
    "hasDraft": _has_draft,
    "tagIds": _tag_ids,
    "isDeleted": _is_deleted,
    "slaPolicyId": _sla,
    "mentionedAgents": _mentioned_agents,
    "lastMessage": _last_message,
}
#: Fields that another's check is about too.
ALSO = {
    "isReadByContact": "isReaByContact",
    "createdByType": "createdById",
    "lastRepliedById": "lastRepliedTime",
    "lastRepliedByType": "lastRepliedTime",
    "mergedIntoId": "isDeleted",
    "isEditable": "isDeleted",
    "firstRespondBreachAt": "slaPolicyId",
    "nextRespondBreachAt": "slaPolicyId",
    "resolveBreachAt": "slaPolicyId",
}


def test_every_field_of_a_conversation_has_a_check() -> None:
    assert {*OBJECTS["conversation"]} == {*CHECKS, *ALSO}
    assert {*ALSO.values()} <= {*CHECKS}


@pytest.mark.parametrize("name", CHECKS)
def test_a_field_is_what_was_done(world: World, name: str) -> None:
    CHECKS[name](world)


# --- creation


def post(world: World, body: Any, **headers: str) -> Answer:
    return world.call("POST", PATH, body, **headers, **world.bearer())


def body_of(world: World, **given: Any) -> dict[str, Any]:
    return {"subject": "A parcel", "channel": "portal", "message": {"type": "reply", "plainBody": "Hello"}, **given}


def test_creation_shows_what_was_created(world: World) -> None:
    named, size = tag(world, "vip"), field(world, "size")
    given = {
        "contactId": contact(world).number,
        "agentAssigneeId": world.agents[1].number,
        "departmentAssigneeId": department(world, "Sales").number,
        "priority": "urgent",
        "status": "onHold",
        "tagIds": [named],
        "customFields": [{"id": 100 + size, "name": "size", "value": "L"}],
    }
    answer = post(world, body_of(world, **given))
    shown = answer.body["conversation"]
    assert {name: shown[name] for name in given} == given
    assert gaps("conversation", shown, OBJECTS) == []
    read = world.call("GET", f"{PATH}/{shown['id']}", **world.bearer())
    assert (read.body["conversation"], read.headers["ETag"]) == (shown, answer.headers["ETag"])


@pytest.mark.parametrize("name", ["channel", "priority", "status"])
def test_every_documented_value_is_taken(world: World, name: str) -> None:
    for value in FACTS["POST", PATH]["values"][name]:
        assert post(world, body_of(world, **{name: value})).body["conversation"][name] == value


WRONG: list[tuple[str, Any]] = [
    *[("subject", value) for value in (None, "", "x" * 501, 5)],
    *[("channel", value) for value in (None, "", "fax", 5)],
    *[("message", value) for value in (None, "Hello", [])],
    *[("contactId", value) for value in (10**6, "Mia", 10**30)],
    *[("agentAssigneeId", value) for value in (10**6, "Ada")],
    *[("departmentAssigneeId", value) for value in (10**6, [])],
    *[("priority", value) for value in ("high!", None)],
    *[("status", value) for value in ("sad", None)],
    *[("tagIds", value) for value in ([10**6], ["vip"], 5)],
    *[("customFields", value) for value in ([{"name": "size", "value": "L"}], [{"id": 5, "value": "x"}], "x")],
]


@pytest.mark.parametrize(("name", "value"), WRONG, ids=[f"{name}={value!a:.16}" for name, value in WRONG])
def test_what_can_not_be_created_is_400_and_named(world: World, name: str, value: Any) -> None:
    answer = post(world, body_of(world, **{name: value}))
    assert refused(answer) == 400
    assert answer.body["message"].startswith(name), answer.body
    assert world.call("GET", PATH, **world.bearer()).body["total"] == 0


@pytest.mark.parametrize(
    "message", [{}, {"type": "reply"}, {"type": "shout", "plainBody": "x"}, {"type": "email", "plainBody": "x"}]
)
def test_a_bad_first_message_is_400(world: World, message: dict[str, str]) -> None:
    answer = post(world, body_of(world, message=message))
    assert refused(answer) == 400
    assert answer.body["message"].startswith(("message", "type", "plainBody")), answer.body


def test_an_idempotency_key_creates_one(world: World) -> None:
    body = body_of(world, contactId=contact(world).number)
    first, again = (post(world, body, Idempotency_Key="order 7") for _ in range(2))
    assert (first.status, first.body) == (200, again.body)
    assert refused(post(world, {**body, "priority": "low"}, Idempotency_Key="order 7")) == 409
    assert world.call("GET", PATH, **world.bearer()).body["total"] == 1


# --- several at once


def test_several_are_changed_alike_and_each_once(world: World) -> None:
    numbers = [create(world.as_agent()).number for _ in range(3)]
    ben, sales = world.agents[1].number, department(world, "Sales", world.agents[1]).number
    changes = {"status": "onHold", "priority": "low", "agentAssigneeId": ben, "departmentAssigneeId": sales, "isRead": False}
    shown = world.call("PUT", PATH, {"ids": [numbers[2], numbers[0], numbers[2]], **changes}, **world.bearer()).body[
        "conversations"
    ]
    assert [one["id"] for one in shown] == [numbers[2], numbers[0]]
    assert all({name: one[name] for name in changes} == changes for one in shown)
    listed = world.call("GET", PATH, **world.bearer()).body["conversations"]
    assert {one["id"]: one["priority"] for one in listed} == {numbers[0]: "low", numbers[1]: "normal", numbers[2]: "low"}


def test_none_is_changed_where_one_does_not_exist(world: World) -> None:
    number = create(world.as_agent()).number
    assert refused(world.call("PUT", PATH, {"ids": [number, 10**6], "priority": "low"}, **world.bearer())) == 404
    for ids, change in (([], {}), ([number] * 51, {}), (None, {}), ([number], {"agentAssigneeId": 10**6})):
        answer = world.call("PUT", PATH, {"ids": ids, "priority": "low", **change}, **world.bearer())
        assert refused(answer) == 400
        assert answer.body["message"].startswith("agentAssigneeId" if change else "ids"), answer.body
    assert world.call("GET", f"{PATH}/{number}", **world.bearer()).body["conversation"]["priority"] == "normal"


# --- filters, tags, counts


def filtered(world: World, *conditions: tuple[str, str, str]) -> int:
    """The id of a new filter."""
    fields = world.call("GET", "/api/v3/anytime/fields", **world.bearer()).body["fields"]
    by_name = {one["name"]: one["id"] for one in fields}
    given = [{"fieldId": by_name[name], "matchType": match, "value": value} for name, match, value in conditions]
    body = {"name": f"filter {conditions}", "isPrivate": False, "conditions": given}
    answer = world.call("POST", "/api/v3/anytime/filters", body, **world.bearer(world.owner))
    assert answer.status == 200, answer.body
    return int(answer.body["filter"]["id"])


def listed(world: World, query: str, at: int = 0) -> list[int]:
    answer = world.call("GET", f"{PATH}?{query}", **world.bearer(world.agents[at]))
    assert answer.status == 200, answer.body
    return [one["id"] for one in answer.body["conversations"]]


def test_a_list_is_narrowed_by_filter_tag_and_keywords_together(world: World) -> None:
    named = tag(world, "vip")
    mine = filtered(world, ("agentAssigneeId", "is", "me"))
    first = create(world.as_agent(), tags=(named,), assignee=world.agents[0].number, subject="A lost parcel").number
    second = create(world.as_agent(), tags=(named,), assignee=world.agents[1].number).number
    third = create(world.as_agent(), contact=contact(world, "Parcella Blue").number, subject="A bill").number
    assert {*listed(world, f"tagId={named}")} == {first, second}
    assert listed(world, f"filterId={mine}") == [first] and listed(world, f"filterId={mine}", 1) == [second]
    assert {*listed(world, "keywords=parcel")} == {first, second, third}
    assert listed(world, "keywords=parcella%20blue") == [third]
    assert listed(world, f"keywords=LOST&tagId={named}&filterId={mine}") == [first]
    assert listed(world, "keywords=nothing") == []
    answer = world.call("GET", f"{PATH}?filterId=100000", **world.bearer())
    assert refused(answer) in (400, 404)


def test_a_list_by_an_own_field(world: World) -> None:
    size = field(world, "size")
    made = [create(world.as_agent(), custom_fields={size: value} if value else {}).number for value in ("L", "XL", None)]
    by = "conditions[0][field]=size&conditions[0][matchType]={}&conditions[0][value]={}"
    assert {*listed(world, by.format("contains", "l"))} == {made[0], made[1]}
    assert listed(world, by.format("is", "xl")) == [made[1]]
    assert listed(world, by.format("is", "")) == [made[2]]


def test_unread_ones_are_counted_with_those_that_mention_the_caller(world: World) -> None:
    urgent, every = filtered(world, ("priority", "is", "urgent")), filtered(world)
    talk = Talk(world, priority="urgent")
    asked(other(world))
    talk.post(mention(world, 1), "note")
    talk.mark("unread")

    def counts(query: str, at: int) -> Any:
        return talk.ask("GET", f"{PATH}/unreadCount{query}", at=at).body

    assert counts("", 0) == {"allCount": 1, "unreadCounts": []}
    for at, mentioned in ((0, 0), (1, 1)):
        shown = counts(f"?filterIds={urgent},{every}", at)
        one = {"unreadCount": 1, "unreadMentionedCount": mentioned}
        assert shown == {"allCount": 1, "unreadCounts": [{"filterId": urgent, **one}, {"filterId": every, **one}]}
    for query in (f"?filterIds={urgent}&filterIds={every}", f"?filterIds[]={urgent}&filterIds[]={every}"):
        assert len(counts(query, 0)["unreadCounts"]) == 2
    talk.mark("read", at=1)
    assert counts(f"?filterIds={urgent}", 1) == {
        "allCount": 0,
        "unreadCounts": [{"filterId": urgent, "unreadCount": 0, "unreadMentionedCount": 0}],
    }


def test_a_bad_filter_to_count_for_is_refused(world: World) -> None:
    for given in ("x", "-1", "1.5"):
        answer = world.call("GET", f"{PATH}/unreadCount?filterIds={given}", **world.bearer())
        assert refused(answer) == 400 and answer.body["message"].startswith("filterIds")
    assert refused(world.call("GET", f"{PATH}/unreadCount?filterIds=100000", **world.bearer())) == 404
    many = ",".join(map(str, range(1, 52)))
    assert refused(world.call("GET", f"{PATH}/unreadCount?filterIds={many}", **world.bearer())) == 400


def test_a_list_says_whether_its_total_is_exact(world: World) -> None:
    create(world.as_agent())
    page = world.call("GET", PATH, **world.bearer()).body
    assert (page["total"], page["totalIsExact"]) == (1, True)
    assert iso(START)[:4] == "2027"
