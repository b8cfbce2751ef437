"""Anytime's portal: what a site shows a contact is theirs alone, and never a note."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.desk.conversations import group_chats, messages
from chalicelib.desk.conversations.composing import PostMessage
from chalicelib.desk.conversations.group_chats import CreateConversation
from chalicelib.desk.core import rate_limits
from chalicelib.dialects.anytime import portal_conversations
from tests.conformance.cases_portal import PORTAL
from tests.conformance.table import DOCUMENTS, gaps
from tests.conformance.test_anytime import refused
from tests.world import Answer, World, counted

BASE = "/api/v3/anytime"
OBJECTS = DOCUMENTS["Anytime"]["objects"]
ONE, MESSAGES = PORTAL + "/{id}", PORTAL + "/{id}/messages"
#: The calls about one conversation that name the contact that they are for.
OF_ONE = [("GET", ONE), ("GET", MESSAGES), ("POST", MESSAGES)]
OF_ONE += [("PUT", f"{ONE}/{word}") for word in ("close", "reopen", "read", "unread")]
NOTE = "between agents"


def call(world: World, method: str, path: str, given: Any = None, **headers: str) -> Answer:
    """A call of a site's program, which is the first agent's."""
    if method == "GET" and given:
        path, given = f"{path}?{urlencode(given)}", None
    return world.call(method, path, given, **headers, **world.bearer())


def contact(world: World, name: str = "Jane") -> int:
    return int(call(world, "POST", f"{BASE}/contacts", {"name": name}).body["contact"]["id"])


def submitted(world: World, of: int, subject: str = "A parcel", **given: Any) -> dict[str, Any]:
    answer = call(world, "POST", PORTAL, {"subject": subject, "contactId": of, "message": {"plainBody": "where?"}} | given)
    assert answer.status == 200, answer
    return dict(answer.body["portalconversation"])


def asked(world: World, method: str, path: str, number: int, of: int | None) -> Answer:
    """A call about one conversation, for a contact, with what else it needs."""
    given = {} if of is None else {"contactId": of}
    return call(world, method, path.format(id=number), given | ({"plainBody": "mine"} if method == "POST" else {}))


def of_agents(world: World, number: int) -> dict[str, Any]:
    """The conversation as agents see it."""
    return dict(call(world, "GET", f"{BASE}/conversations/{number}").body["conversation"])


def listed(world: World, of: int) -> list[int]:
    answer = call(world, "GET", PORTAL, {"contactId": of})
    assert answer.status == 200, answer
    return [one["id"] for one in answer.body["portalconversations"]]


def bodies(world: World, number: int, of: int) -> list[str]:
    shown = call(world, "GET", MESSAGES.format(id=number), {"contactId": of}).body["messages"]
    return [one["plainBody"] for one in shown]


# --- whose a conversation is


def test_a_contact_s_list_has_their_own_alone_the_latest_first(world: World) -> None:
    jane, ben = contact(world), contact(world, "Ben")
    first = submitted(world, jane)["id"]
    world.now += 1_000
    second = submitted(world, jane)["id"]
    assert (listed(world, jane), listed(world, ben)) == ([second, first], [])
    assert submitted(world, ben)["id"] not in listed(world, jane)


def test_keywords_find_what_a_contact_may_see_in_their_own_and_never_a_note(world: World) -> None:
    jane, ben = contact(world), contact(world, "Ben")
    first, second = (submitted(world, jane, subject)["id"] for subject in ("A lost parcel", "Parcel two"))
    of_ben = submitted(world, ben, "A parcel")["id"]
    for number in (first, of_ben):
        path = f"{BASE}/conversations/{number}/messages"
        assert call(world, "POST", path, {"type": "note", "plainBody": "a fraudulent parcel"}).status == 200
    world.index()

    def found(keywords: str) -> set[int]:
        answer = call(world, "GET", PORTAL, {"contactId": jane, "keywords": keywords})
        return {one["id"] for one in answer.body["portalconversations"]}

    assert found("parcel where") == {first, second} and found('"lost parcel"') == {first}
    assert found("fraudulent") == found('"a fraudulent parcel"') == found("parcel fraudulent") == found("!!!") == set()
    for_agents = call(world, "GET", f"{BASE}/conversations", {"keywords": "fraudulent"}).body["conversations"]
    assert {one["id"] for one in for_agents} == {first, of_ben}


@pytest.mark.parametrize(("method", "path"), OF_ONE)
def test_another_contact_s_conversation_is_not_found_and_stays_as_it_is(world: World, method: str, path: str) -> None:
    jane, ben = contact(world), contact(world, "Ben")
    number = submitted(world, jane)["id"]
    before = of_agents(world, number)
    assert refused(asked(world, method, path, number, ben)) == 404
    assert of_agents(world, number) == before
    assert bodies(world, number, jane) == ["where?"]
    assert asked(world, method, path, number, jane).status == 200


def mail_of(world: World, jane: int) -> int:
    given = {"subject": "by mail", "channel": "email", "contactId": jane, "message": {"type": "reply", "plainBody": "words"}}
    return int(call(world, "POST", f"{BASE}/conversations", given).body["conversation"]["id"])


def talk_of(world: World, _: int) -> int:
    ada, ben = world.agents[:2]
    talk = group_chats.create(world.as_agent(), CreateConversation(ada.id, (ben.id,), internal=True)).conversation
    messages.post(world.as_agent(), PostMessage(talk.id, "psst"))
    return talk.number


@pytest.mark.parametrize("make", [mail_of, talk_of])
def test_a_mail_and_a_talk_among_agents_are_in_no_portal(world: World, make: Any) -> None:
    jane = contact(world)
    number = make(world, jane)
    for method, path in OF_ONE:
        assert refused(asked(world, method, path, number, jane)) == 404, path
    for word in ("read", "unread"):
        assert refused(call(world, "PUT", f"{PORTAL}/{number}/{word}")) == 404
    assert listed(world, jane) == []


def test_a_chat_of_the_contact_s_is_in_their_portal(world: World) -> None:
    visitor = world.asking("from the widget")
    found = call(world, "GET", f"{BASE}/conversations").body["conversations"][0]
    number, of = found["id"], found["contactId"]
    assert (listed(world, of), bodies(world, number, of)) == ([number], ["from the widget"])
    assert asked(world, "POST", MESSAGES, number, of).status == 200
    assert visitor.history() == ["from the widget", "mine"]


def test_a_deleted_and_another_account_s_conversation_and_contact_are_not_there(world: World, other: World) -> None:
    jane, theirs = contact(world), contact(other)
    for _ in range(3):
        theirs = max(theirs, contact(other))
    foreign = max(submitted(other, theirs)["id"] for _ in range(3))
    for method, path in OF_ONE:
        assert refused(asked(world, method, path, foreign, jane)) == 404
        answer = asked(world, method, path, foreign, theirs)
        assert refused(answer) == 400 and answer.body["message"].startswith("contactId "), answer.body


# --- the contact must be named


@pytest.mark.parametrize(("method", "path"), [("GET", PORTAL), ("POST", PORTAL), *OF_ONE])
def test_a_contact_that_is_missing_or_unknown_is_named(world: World, method: str, path: str) -> None:
    jane, gone = contact(world), contact(world, "Gone")
    number = submitted(world, jane)["id"]
    assert call(world, "DELETE", f"{BASE}/contacts/{gone}").status == 200
    rest = {"subject": "s", "message": {"plainBody": "words"}} if path == PORTAL and method == "POST" else {}
    wrong: list[Any] = [10**6, 0, -1, gone, world.agents[0].number, "x", "", 1.5, 2**63]
    for of in wrong:
        answer = call(world, method, path.format(id=number), rest | {"contactId": of, "plainBody": "words"})
        assert refused(answer) == 400, (of, answer.body)
        assert answer.body["message"].startswith("contactId "), (of, answer.body)
    if not path.endswith("read"):
        answer = call(world, method, path.format(id=number), rest | {"plainBody": "words"})
        assert (refused(answer), answer.body["message"]) == (400, "contactId is required")
    assert bodies(world, number, jane) == ["where?"]


# --- what is never shown


def test_no_call_shows_a_note(world: World) -> None:
    jane = contact(world)
    number = submitted(world, jane)["id"]
    for kind, text in (("reply", "soon"), ("note", NOTE)):
        assert call(world, "POST", f"{BASE}/conversations/{number}/messages", {"type": kind, "plainBody": text}).status == 200
    assert of_agents(world, number)["lastMessage"] != ""
    shown = [call(world, "GET", PORTAL, {"contactId": jane, "include": "contact"})]
    shown += [asked(world, method, path, number, jane) for method, path in OF_ONE]
    shown += [call(world, "GET", ONE.format(id=number), {"contactId": jane, "include": "messages,contact"})]
    shown += [call(world, "GET", MESSAGES.format(id=number), {"contactId": jane, "include": "sender"})]
    assert {answer.status for answer in shown} == {200}
    assert NOTE not in json.dumps([answer.body for answer in shown])
    assert [one["plainBody"] for one in shown[-1].body["messages"]] == ["where?", "soon", "mine"]


def test_messages_have_their_senders_and_conversations_their_contact(world: World) -> None:
    jane = contact(world)
    number = submitted(world, jane)["id"]
    call(world, "POST", f"{BASE}/conversations/{number}/messages", {"type": "reply", "plainBody": "soon"})
    shown = call(world, "GET", MESSAGES.format(id=number), {"contactId": jane, "include": "sender"}).body["messages"]
    assert [(one["senderType"], one["sender"]["name"]) for one in shown] == [("contact", "Jane"), ("agent", "Ada Agent")]
    one = call(world, "GET", ONE.format(id=number), {"contactId": jane, "include": "contact, messages"}).body
    assert one["portalconversation"]["contact"]["id"] == jane
    assert gaps(["portal conversation message"], one["portalconversation"]["messages"], OBJECTS) == []
    for path, known in ((PORTAL, "contact"), (ONE, "messages"), (MESSAGES, "sender")):
        answer = call(world, "GET", path.format(id=number), {"contactId": jane, "include": f"{known},createdBy"})
        assert refused(answer) == 400 and answer.body["message"].startswith("include ") and known in answer.body["message"]


# --- what a contact does


def test_a_submitted_conversation_is_created_by_its_contact_and_routed(world: World) -> None:
    world.online(world.agents[0])
    jane = contact(world)
    made = submitted(world, jane)
    assert (made["isClosed"], made["closedTime"], made["contactId"], made["isReadByContact"]) == (False, None, jane, True)
    world.settle()
    answer = call(world, "GET", f"{BASE}/conversations/{made['id']}", {"include": "createdBy,contact"})
    seen = answer.body["conversation"]
    assert (seen["channel"], seen["subject"], seen["createdById"], seen["createdByType"]) == (
        "portal",
        "A parcel",
        jane,
        "contact",
    )
    assert (seen["createdBy"]["name"], seen["agentAssigneeId"]) == ("Jane", world.agents[0].number)


def test_the_event_log_says_that_the_contact_did_it(world: World) -> None:
    jane = contact(world)
    number = submitted(world, jane)["id"]
    for word in ("close", "reopen"):
        asked(world, "PUT", f"{ONE}/{word}", number, jane)
    world.settle()
    logs = call(world, "GET", f"{BASE}/conversations/{number}/eventLogs").body["eventLogs"]
    assert [(one["field"], one["to"]) for one in logs] == [("created", None), ("status", "closed"), ("status", "pendingInternal")]
    assert {(one["actorType"], one["actorId"], one["dialect"]) for one in logs} == {("contact", jane, "Anytime")}


def carried(world: World) -> int:
    """How many conversations the first agent has."""
    return len(world.call("GET", "/cs-chat-ticket/v1/tickets", **world.bearer()).body)


def test_closing_frees_the_agent_and_reopening_waits_for_one(world: World) -> None:
    ada, ben = world.agents[:2]
    world.online(ada)
    jane = contact(world)
    number = submitted(world, jane)["id"]
    world.settle()
    assert carried(world) == 1
    world.now += 5_000
    for _ in range(2):
        closed = asked(world, "PUT", f"{ONE}/close", number, jane).body["portalconversation"]
        assert (closed["isClosed"], closed["closedTime"]) == (True, "2027-01-15T08:00:05.000Z")
        world.now += 1_000
    world.settle()
    assert (carried(world), of_agents(world, number)["status"]) == (0, "closed")
    world.call("PUT", "/cs-chat-ticket/v1/offline", **world.bearer(ada))
    world.online(ben)
    for _ in range(2):
        opened = asked(world, "PUT", f"{ONE}/reopen", number, jane).body["portalconversation"]
        assert (opened["isClosed"], opened["closedTime"]) == (False, None)
    assert of_agents(world, number)["agentAssigneeId"] is None
    world.settle()
    assert of_agents(world, number)["agentAssigneeId"] == ben.number


def test_a_reply_opens_a_closed_conversation_again_as_in_chats(world: World) -> None:
    world.online(world.agents[1])
    jane = contact(world)
    number = submitted(world, jane)["id"]
    asked(world, "PUT", f"{ONE}/close", number, jane)
    world.settle()
    answer = call(world, "POST", MESSAGES.format(id=number), {"contactId": jane, "htmlBody": "<p>again<script>x()</script></p>"})
    assert answer.body["message"] | {"id": 0, "time": ""} == {
        "id": 0,
        "time": "",
        "htmlBody": "<p>again</p>",
        "plainBody": "again",
        "senderId": jane,
        "senderType": "contact",
        "attachments": [],
    }
    world.settle()
    seen = of_agents(world, number)
    assert (seen["status"], seen["agentAssigneeId"], seen["lastMessage"]) == ("pendingInternal", world.agents[1].number, "again")


def test_read_and_unread_are_the_contact_s_mark(world: World) -> None:
    jane = contact(world)
    number, other = submitted(world, jane)["id"], submitted(world, jane)["id"]
    call(world, "POST", f"{BASE}/conversations/{number}/messages", {"type": "reply", "plainBody": "soon"})

    def marks(at: int) -> tuple[bool, bool]:
        one = asked(world, "GET", ONE, at, jane).body["portalconversation"]
        seen = of_agents(world, at)
        assert one["isReadByContact"] == one["isReaByContact"] == seen["isReadByContact"]
        return one["isReadByContact"], seen["isRead"]

    _, by_agents = marks(number)
    untouched = marks(other)
    for word, is_read in (("read", True), ("read", True), ("unread", False), ("read", True)):
        for of in (jane, None):
            answer = asked(world, "PUT", f"{ONE}/{word}", number, of)
            assert (answer.status, answer.body) == (200, None)
            assert marks(number) == (is_read, by_agents)
    assert marks(other) == untouched


def test_files_are_the_program_s_and_become_the_contact_s(world: World) -> None:
    jane = contact(world)
    form = ("notes.txt", "text/plain", b"words")
    files = [world.form_data(f"{BASE}/attachments", world.bearer(), file=form).body["guid"] for _ in range(2)]
    other = world.form_data(f"{BASE}/attachments", world.bearer(world.agents[1]), file=form).body["guid"]
    message = {"plainBody": "see", "attachments": [{"guid": files[0]}]}
    number = submitted(world, jane, message=message)["id"]
    answer = call(world, "POST", MESSAGES.format(id=number), {"contactId": jane, "attachments": [{"id": files[1]}]})
    assert answer.status == 200
    shown = call(world, "GET", MESSAGES.format(id=number), {"contactId": jane}).body["messages"]
    assert [[file["guid"] for file in one["attachments"]] for one in shown] == [[files[0]], [files[1]]]
    assert {one["senderId"] for one in shown} == {jane}
    for wrong in (other, "nothing", "0" * 36):
        given = {"contactId": jane, "plainBody": "x", "attachments": [{"guid": wrong}]}
        answers = [call(world, "POST", MESSAGES.format(id=number), given)]
        answers += [call(world, "POST", PORTAL, {"subject": "s", "contactId": jane, "message": given})]
        for answer in answers:
            assert refused(answer) == 400 and answer.body["message"].startswith("attachments "), answer.body
    second = submitted(world, jane)["id"]
    again = call(world, "POST", MESSAGES.format(id=second), {"contactId": jane, "attachments": [{"guid": files[0]}]})
    assert refused(again) == 400


def test_a_key_submits_and_replies_once_for_one_contact(world: World) -> None:
    jane, ben = contact(world), contact(world, "Ben")
    new = {"subject": "s", "contactId": jane, "message": {"plainBody": "words"}}
    first, again = (call(world, "POST", PORTAL, new, Idempotency_Key="k") for _ in range(2))
    assert first.body == again.body and first.status == 200
    number = first.body["portalconversation"]["id"]
    assert listed(world, jane) == [number]
    for changed in ({"contactId": ben}, {"subject": "t"}, {"message": {"plainBody": "other"}}):
        assert refused(call(world, "POST", PORTAL, new | changed, Idempotency_Key="k")) == 409, changed
    reply = {"contactId": jane, "plainBody": "more"}
    answers = [call(world, "POST", MESSAGES.format(id=number), reply, Idempotency_Key="k") for _ in range(2)]
    assert answers[0].body == answers[1].body and answers[0].status == 200
    assert refused(call(world, "POST", MESSAGES.format(id=number), reply | {"plainBody": "x"}, Idempotency_Key="k")) == 409
    assert bodies(world, number, jane) == ["words", "more"]
    assert (listed(world, jane), listed(world, ben)) == ([number], [])


@pytest.fixture
def _limits(world: World) -> Any:
    rate_limits.use("conversations=3/3600 source_messages=3/60 visitors=3/60 contact_conversations=3/3600 messages=3/60")
    yield
    rate_limits.use("off")


@pytest.mark.usefixtures("_limits")
def test_limits_by_address_are_not_a_site_s_server_s(world: World) -> None:
    for at in range(6):
        of = contact(world, f"Contact {at}")
        assert asked(world, "POST", MESSAGES, submitted(world, of)["id"], of).status == 200


@pytest.mark.usefixtures("_limits")
def test_a_contact_s_own_limits_hold_in_the_portal(world: World) -> None:
    jane, ben, joan = contact(world), contact(world, "Ben"), contact(world, "Joan")
    number = submitted(world, jane)["id"]
    answers = [asked(world, "POST", MESSAGES, number, jane) for _ in range(5)]
    assert refused(answers[-1]) == 429 and int(answers[-1].headers["Retry-After"]) > 0
    new = {"subject": "s", "contactId": joan, "message": {"plainBody": "words"}}
    answers = [call(world, "POST", PORTAL, new) for _ in range(5)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429, 429]
    assert asked(world, "POST", MESSAGES, submitted(world, ben)["id"], ben).status == 200


def test_custom_fields_are_taken_shown_and_checked(world: World) -> None:
    jane, owner = contact(world), world.bearer(world.owner)
    field = {"type": "dropdownList", "name": "Size", "isRequired": True, "options": [{"name": "L"}, {"name": "S"}]}
    size = world.call("POST", f"{BASE}/fields", field, **owner).body["field"]["id"]
    given = [{"name": "size", "value": "L"}, {"name": "orderId", "value": 1234}]
    made = submitted(world, jane, customFields=given)
    expected = [{"id": 2, "name": "orderId", "value": "1234"}, {"id": size, "name": "Size", "value": "L"}]
    assert made["customFields"] == expected
    (one,) = call(world, "GET", PORTAL, {"contactId": jane}).body["portalconversations"]
    assert one == made and of_agents(world, made["id"])["customFields"] == expected
    wrong: list[tuple[Any, str]] = [
        ([], "customFields.Size is required"),
        ([{"id": size, "value": "M"}], "customFields.Size must"),
    ]
    wrong += [([{"id": size, "value": ""}], "customFields.Size is required"), ([{"name": "none", "value": "x"}], "customFields ")]
    for values, told in wrong:
        new = {"subject": "s", "contactId": jane, "message": {"plainBody": "w"}, "customFields": values}
        answer = call(world, "POST", PORTAL, new)
        assert refused(answer) == 400 and answer.body["message"].startswith(told), answer.body


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": "x" * 501}, "subject"),
        ({"subject": 5}, "subject"),
        ({"subject": None}, "subject"),
        ({"message": None}, "message"),
        ({"message": {}}, "plainBody"),
        ({"message": {"plainBody": "", "htmlBody": ""}}, "plainBody"),
        ({"message": {"htmlBody": "<script>x</script>"}}, "htmlBody"),
        ({"message": {"plainBody": "é" * 30_001}}, "plainBody"),
        ({"message": {"plainBody": ["x"]}}, "message.plainBody"),
        ({"message": {"plainBody": "x", "attachments": [{}]}}, "attachments[].guid"),
        ({"customFields": {}}, "customFields"),
    ],
)
def test_a_bad_field_is_named(world: World, changes: dict[str, Any], field: str) -> None:
    jane = contact(world)
    new = {"subject": "s", "contactId": jane, "message": {"plainBody": "words"}} | changes
    answer = call(world, "POST", PORTAL, new)
    assert refused(answer) == 400 and answer.body["message"].startswith(field), answer.body
    assert listed(world, jane) == []


# --- what calls cost


def requests(act: Any) -> list[str]:
    """What the second of two calls sends."""
    act()
    with counted() as sent:
        assert act().status == 200
    return sent


def test_what_the_calls_of_the_portal_cost(world: World) -> None:
    headers = world.bearer()
    jane = contact(world)
    made = [submitted(world, jane) for _ in range(5)]
    number = made[0]["id"]

    def cost(method: str, path: str, given: dict[str, Any]) -> list[str]:
        where = f"{path.format(id=number)}?{urlencode(given)}" if method == "GET" else path.format(id=number)
        return requests(lambda: world.call(method, where, None if method == "GET" else given, **headers))

    of = {"contactId": jane}
    assert cost("GET", PORTAL, of) == ["GetItem", "Query", "BatchGetItem"]
    assert cost("GET", ONE, of) == ["GetItem", "GetItem"]
    assert cost("GET", MESSAGES, of) == ["GetItem", "GetItem", "GetItem", "Query"]
    assert cost("POST", MESSAGES, of | {"plainBody": "x"}) == ["GetItem", "GetItem", "GetItem", "TransactWriteItems"]
    new = of | {"subject": "s", "message": {"plainBody": "x"}}
    assert len(cost("POST", PORTAL, new)) <= 5
    assert cost("PUT", f"{ONE}/read", {}) == ["GetItem"]
    assert cost("PUT", f"{ONE}/close", of) == ["GetItem", "GetItem"]


def test_a_list_fits_into_an_answer_however_much_its_conversations_say(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    jane = contact(world)
    submitted(world, jane)
    world.now += 1_000
    later = submitted(world, jane)["id"]
    monkeypatch.setattr(portal_conversations, "_MOST_BYTES", 350)
    assert listed(world, jane) == [later]
