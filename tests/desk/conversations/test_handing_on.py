"""A merged contact's conversations, which become the other contact's."""

from typing import Any

import pytest

from chalicelib.context import SYSTEM
from chalicelib.desk.conversations import handing_on
from tests.world import World

_BASE = "/api/v3/anytime"


def call(world: World, method: str, path: str, body: Any = None) -> Any:
    answer = world.call(method, f"{_BASE}{path}", body, **world.bearer())
    assert answer.status == 200, answer
    return answer.body


def contact(world: World, name: str) -> int:
    return int(call(world, "POST", "/contacts", {"name": name, "email": f"{name}@shop.test"})["contact"]["id"])


def conversation(world: World, of: int) -> int:
    given = {"subject": "x", "channel": "portal", "contactId": of, "message": {"type": "reply", "plainBody": "hello"}}
    return int(call(world, "POST", "/conversations", given)["conversation"]["id"])


def numbers(world: World, of: int) -> list[int]:
    body = call(world, "GET", f"/conversations?conditions[0][field]=contactId&conditions[0][value]={of}")
    return sorted(one["id"] for one in body["conversations"])


def test_the_conversations_of_a_merged_contact_are_the_other_one_s(world: World) -> None:
    jane, double = contact(world, "jane"), contact(world, "double")
    theirs = [conversation(world, double) for _ in range(3)]
    own = conversation(world, jane)
    call(world, "DELETE", f"/conversations/{theirs[0]}")
    call(world, "POST", f"/contacts/{jane}/merge", {"sourceId": double})
    world.settle()
    assert (numbers(world, jane), numbers(world, double)) == (sorted([own, *theirs[1:]]), [])
    assert call(world, "GET", f"/deletedconversations/{theirs[0]}")["deletedconversation"]["contactId"] == jane
    assert call(world, "GET", f"/portalconversations/{theirs[1]}?contactId={jane}")["portalconversation"]["contactId"] == jane


def test_more_than_one_run_hands_on_go_on_until_all_are(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing_on, "MOST_AT_ONCE", 2)
    jane, double = contact(world, "jane"), contact(world, "double")
    theirs = [conversation(world, double) for _ in range(5)]
    call(world, "POST", f"/contacts/{jane}/merge", {"sourceId": double})
    world.settle()
    assert numbers(world, jane) == theirs


def test_nobody_who_is_gone_gets_any(world: World) -> None:
    jane, double = contact(world, "jane"), contact(world, "double")
    own = conversation(world, double)
    call(world, "POST", f"/contacts/{jane}/merge", {"sourceId": double})
    call(world, "DELETE", f"/contacts/{jane}")
    world.settle()
    assert numbers(world, double) == [own]
    assert not handing_on.hand_on(world.ctx(SYSTEM), "01a3185c-5000-7000-8000-000000000000", jane)
