"""Anytime's portal: what a site shows a contact is theirs alone, and never a note."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.desk.conversations import group_chats, messages
from chalicelib.desk.conversations.composing import PostMessage
from chalicelib.desk.conversations.group_chats import CreateConversation
from chalicelib.dialects.anytime import portal_conversations
from tests.conformance.cases_portal import PORTAL
from tests.conformance.portal import (
    BASE,
    MESSAGES,
    NOTE,
    OBJECTS,
    OF_ONE,
    ONE,
    asked,
    bodies,
    call,
    contact,
    listed,
    of_agents,
    submitted,
)
from tests.conformance.table import gaps
from tests.conformance.test_anytime import refused
from tests.lambdas import counted
from tests.world import World

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
