"""What contacts do in Anytime's portal: submit, reply, close, reopen and mark, within their own limits."""

from typing import Any

import pytest

from chalicelib.desk.core import rate_limits
from tests.conformance.cases_portal import PORTAL
from tests.conformance.portal import BASE, MESSAGES, ONE, asked, bodies, call, contact, listed, of_agents, submitted
from tests.conformance.test_anytime import refused
from tests.world import World


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
