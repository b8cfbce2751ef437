"""Anytime's deletion and merging, and what the other dialects show of it."""

from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.dialects.anytime import deleted_conversations
from chalicelib.dialects.anytime.conversation_lists import window
from tests.visitors import Answer, Visitor
from tests.world import World

_BASE = "/api/v3/anytime"


def ask(world: World, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    return world.call(method, f"{_BASE}/{path}", body, **world.bearer(), **headers)


def number(world: World, visitor: Visitor) -> int:
    """The id of a visitor's conversation: the newest one."""
    return max(int(row["id"]) for row in ask(world, "GET", "conversations").body["conversations"])


def test_a_conversation_is_deleted_listed_and_restored(world: World, assigned: Visitor) -> None:
    id_ = number(world, assigned)
    shown = ask(world, "GET", f"conversations/{id_}")
    stale = ask(world, "DELETE", f"conversations/{id_}", If_Match='"999"')
    assert (stale.status, stale.body["code"]) == (412, 412000)
    deleted = ask(world, "DELETE", f"conversations/{id_}", If_Match=shown.headers["ETag"])
    assert (deleted.status, deleted.body) == (200, None)
    for method, path, body in [
        ("GET", f"conversations/{id_}", None),
        ("GET", f"conversations/{id_}/messages", None),
        ("PUT", f"conversations/{id_}", {"priority": "high"}),
        ("POST", f"conversations/{id_}/messages", {"type": "reply", "plainBody": "x"}),
        ("DELETE", f"conversations/{id_}", None),
        ("DELETE", "conversations", {"ids": [id_]}),
    ]:
        assert ask(world, method, path, body).status == 404
    listed = ask(world, "GET", "deletedconversations?include=contact,agentAssignee").body
    assert [(row["id"], row["isDeleted"], row["mergedIntoId"]) for row in listed["deletedconversations"]] == [(id_, True, None)]
    assert (listed["total"], listed["previousPage"], listed["nextPage"]) == (1, None, None)
    assert listed["deletedconversations"][0]["agentAssignee"]["name"] == "Ada Agent"
    one = ask(world, "GET", f"deletedconversations/{id_}?include=messages").body["deletedconversation"]
    assert [message["plainBody"] for message in one["messages"]] == ["hello"]
    assert len(ask(world, "GET", f"deletedconversations/{id_}/messages?include=sender").body["messages"]) == 1
    back = ask(world, "POST", f"deletedconversations/{id_}/restore").body["deletedconversation"]
    assert (back["isDeleted"], back["status"], back["agentAssigneeId"]) == (
        False,
        "new",
        shown.body["conversation"]["agentAssigneeId"],
    )
    assert ask(world, "GET", f"conversations/{id_}/messages").status == 200
    assert ask(world, "POST", f"deletedconversations/{id_}/restore").status == 404
    assert assigned.say("still here").body["error_code"] == 0


def test_a_batch_names_what_it_does_not_find_and_deletes_none(world: World) -> None:
    ids = [number(world, world.asking()) for _ in range(2)]
    refused = ask(world, "DELETE", "conversations", {"ids": [ids[0], 777, 888]})
    assert refused.status == 404 and "777, 888" in refused.body["message"] and str(ids[0]) not in refused.body["message"]
    for bad in ([], list(range(1, 52)), "12", [1.5], None):
        answer = ask(world, "DELETE", "conversations", {"ids": bad})
        assert answer.status == 400 and "ids" in answer.body["message"]
    assert ask(world, "DELETE", "conversations", {"ids": [*ids, ids[0]]}).status == 200
    assert ask(world, "GET", "conversations").body["conversations"] == []


def test_a_change_of_several_changes_none_where_one_was_deleted(world: World) -> None:
    kept, gone, merged, target = (number(world, world.asking(text)) for text in ("one", "two", "three", "four"))
    ask(world, "DELETE", f"conversations/{gone}")
    ask(world, "POST", f"conversations/{target}/merge", {"sourceId": merged})
    assert ask(world, "PUT", "conversations", {"ids": [merged, kept], "priority": "low"}).status == 200
    ask(world, "DELETE", f"conversations/{target}")
    for one in (gone, merged):
        refused = ask(world, "PUT", "conversations", {"ids": [kept, one], "priority": "urgent"})
        assert refused.status == 400 and refused.body["message"].startswith("ids ")
        assert ask(world, "GET", f"conversations/{kept}").body["conversation"]["priority"] == "low"


def test_the_deleted_list_is_paged_and_searched(world: World) -> None:
    world.monkeypatch.setattr(deleted_conversations, "window", lambda *given, **more: replace(window(*given, **more), size=2))
    ids = []
    for text in ("parcel one", "invoice two", "parcel three"):
        world.now += 60_000
        world.asking(text)
        ids.append(number(world, world.visitor()))
    assert ask(world, "DELETE", "conversations", {"ids": ids}).status == 200
    world.index()
    for query, expected in [("", ids[::-1]), ("?keywords=PARCEL", [ids[2], ids[0]]), ("?keywords=two%20invoice", [ids[1]])]:
        found, address = [], f"deletedconversations{query}"
        while address:
            page = ask(world, "GET", address).body
            found += [row["id"] for row in page["deletedconversations"]]
            assert len(page["deletedconversations"]) <= 2 and page["total"] == len(expected)
            address = (page["nextPage"] or "").partition(f"{_BASE}/")[2]
        assert found == expected
    assert ask(world, "GET", "deletedconversations?timeTo=2001-01-01").body["code"] == 400000
    assert ask(world, "GET", "deletedconversations?timeFrom=2001-01-01&timeTo=2002-01-01").body["total"] == 0
    for bad in ("pageIndex=0", "timeFrom=yesterday", "include=tags", "cursor=x"):
        answer = ask(world, "GET", f"deletedconversations?{bad}")
        assert answer.status == 400 and bad.partition("=")[0] in answer.body["message"]


@pytest.mark.parametrize(
    "calls",
    [
        [("DELETE", "conversations/{0}", None), ("POST", "deletedconversations/{0}/restore", None)],
        [("PUT", "conversations/{0}", {"status": "closed"}), ("PUT", "conversations/{0}", {"status": "new"})],
    ],
)
def test_one_that_has_a_note_alone_is_back_in_the_lists_and_stays(world: World, calls: list[tuple[str, str, Any]]) -> None:
    contact = ask(world, "GET", f"conversations/{number(world, world.asking())}").body["conversation"]["contactId"]
    given = {
        "subject": "call",
        "channel": "portal",
        "contactId": contact,
        "message": {"type": "note", "plainBody": "to be called"},
    }
    made = ask(world, "POST", "conversations", given)
    assert made.status == 200, made.body
    id_ = made.body["conversation"]["id"]
    for method, path, body in calls:
        assert ask(world, method, path.format(id_), body).status == 200
    assert id_ in [row["id"] for row in ask(world, "GET", "conversations").body["conversations"]]
    world.pass_(7 * 86_400)
    assert ask(world, "GET", f"conversations/{id_}").body["conversation"]["status"] == "new"


def test_a_deletion_for_good_leaves_nothing_to_restore(world: World, assigned: Visitor) -> None:
    id_ = number(world, assigned)
    assert ask(world, "DELETE", f"deletedconversations/{id_}").status == 404
    ask(world, "DELETE", f"conversations/{id_}")
    assert ask(world, "DELETE", f"deletedconversations/{id_}").status == 200
    for _ in range(2):
        for method, path in [
            ("GET", f"deletedconversations/{id_}"),
            ("GET", f"deletedconversations/{id_}/messages"),
            ("POST", f"deletedconversations/{id_}/restore"),
            ("DELETE", f"deletedconversations/{id_}"),
            ("GET", f"conversations/{id_}"),
        ]:
            assert ask(world, method, path).status == 404
        assert ask(world, "GET", "deletedconversations").body["total"] == 0
        world.settle()


def test_one_conversation_is_merged_into_another(world: World) -> None:
    world.online(world.agents[0])
    first = world.asking("one")
    target = number(world, first)
    world.now += 1000
    second = world.asking("two")
    source = number(world, second)
    world.settle()
    old = ask(world, "GET", f"conversations/{source}/messages").body["messages"][0]["id"]
    merged = ask(world, "POST", f"conversations/{target}/merge", {"sourceId": source})
    assert merged.status == 200
    assert merged.body["conversation"]["lastMessage"] == "two"
    shown = ask(world, "GET", f"conversations/{target}")
    assert shown.body == merged.body and shown.headers["ETag"] == merged.headers["ETag"]
    texts = ask(world, "GET", f"conversations/{target}/messages").body["messages"]
    assert [(row["plainBody"], row["conversationId"]) for row in texts] == [("one", target), ("two", target)]
    assert texts[1]["id"] == old
    gone = ask(world, "GET", f"conversations/{source}?include=messages").body["conversation"]
    assert (gone["id"], gone["isDeleted"], gone["mergedIntoId"], gone["messages"]) == (source, True, target, [])
    assert [row["id"] for row in ask(world, "GET", "conversations").body["conversations"]] == [target]
    assert ask(world, "GET", "deletedconversations").body["total"] == 0
    assert ask(world, "POST", f"conversations/{target}/merge", {"sourceId": source}).status == 200
    for id_, other, status in [(target, target, 400), (source, target, 409), (target, 9999, 404), (9999, target, 404)]:
        assert ask(world, "POST", f"conversations/{id_}/merge", {"sourceId": other}).status == status
    assert "sourceId" in ask(world, "POST", f"conversations/{target}/merge", {"sourceId": target}).body["message"]
    for method, path, status in [
        ("POST", f"deletedconversations/{source}/restore", 409),
        ("DELETE", f"deletedconversations/{source}", 409),
        ("GET", f"deletedconversations/{source}", 404),
        ("DELETE", f"conversations/{source}", 404),
    ]:
        answer = ask(world, method, path)
        assert answer.status == status
    tickets = world.call("GET", "/cs-chat-ticket/v1/tickets", **world.bearer()).body
    assert first.conversation in str(tickets) and second.conversation not in str(tickets)


def test_a_merge_with_a_key_is_done_once(world: World) -> None:
    target, source = (number(world, world.asking(text)) for text in ("one", "two"))
    answers = [
        ask(world, "POST", f"conversations/{target}/merge", {"sourceId": source}, Idempotency_Key="a key") for _ in range(2)
    ]
    assert answers[0].body == answers[1].body


@pytest.mark.parametrize("given", [None, {}, {"sourceId": "x"}, {"sourceId": None}])
def test_a_merge_without_a_source_is_refused(world: World, given: Any) -> None:
    target = number(world, world.asking())
    answer = ask(world, "POST", f"conversations/{target}/merge", given)
    assert answer.status == 400 and "sourceId" in answer.body["message"]


def test_another_account_finds_nothing_to_end(world: World, other: World) -> None:
    target = number(world, world.asking())
    theirs = number(other, other.asking())
    theirs = max(theirs, target + 5)
    for method, path, body in [
        ("DELETE", f"conversations/{theirs}", None),
        ("DELETE", "conversations", {"ids": [theirs]}),
        ("POST", f"conversations/{target}/merge", {"sourceId": theirs}),
    ]:
        assert ask(world, method, path, body).status == 404
