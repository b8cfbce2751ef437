"""Administrators see what was sent, with each try, and send it again."""

import re
from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.core import publishing, rate_limits
from chalicelib.desk.core.account_events import WebhookDue
from chalicelib.desk.integrations import deliveries, webhooks
from chalicelib.desk.integrations.webhooks import Change
from chalicelib.dialects.anytime import paging
from chalicelib.models import webhook_deliveries as rows
from tests.desk.integrations.receivers import URL, Receiver, receiving, webhook
from tests.lambdas import counted
from tests.visitors import Answer
from tests.world import World

BASE = "/api/v3/anytime/webhooks"


def ask(world: World, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    return world.call(method, f"{BASE}{path}", body, **world.bearer(world.owner), **headers)


def listed(world: World, number: int, state: str = "") -> list[dict[str, Any]]:
    """All deliveries of a webhook in a state, page by page."""
    path, found = f"/{number}/deliveries" + (f"?state={state}" if state else ""), []
    while path:
        page = ask(world, "GET", path).body
        found += page["deliveries"]
        path = (page["nextPage"] or "").removeprefix(f"https://desk.test{BASE}")
    return found


def failing_then(world: World) -> tuple[Receiver, int]:
    """A webhook whose first two deliveries were made, and whose third waits."""
    receiver = receiving(world, lambda _: 200 if len(receiver.told) < 3 else 500)
    receiver.body = b"x" * 10_000
    hook = webhook(world, "contact_created")
    for _ in range(3):
        world.visitor()
        world.settle()
        world.now += 1000
    return receiver, hook.number


def test_a_webhook_is_made_shown_changed_and_removed_and_its_secret_is_told_once(world: World) -> None:
    made = ask(world, "POST", "", {"event": "conversation.created", "targetUrl": f" {URL} "})
    shown = made.body["webhook"]
    secret = shown.pop("secret")
    assert re.fullmatch(r"[\w-]{43}", secret)
    assert (shown["url"], shown["targetUrl"], shown["isEnabled"]) == (URL, URL, True)
    number = shown["id"]
    assert ask(world, "GET", f"/{number}").body["webhook"] == shown
    assert ask(world, "GET", "").body["webhooks"] == [shown]
    assert ask(world, "PUT", f"/{number}", shown | {"secret": None}).body["webhook"] == shown
    given = {"event": "*", "url": URL, "targetUrl": "https://other.example/", "secret": "0123456789abcdef"}
    changed = ask(world, "PUT", f"/{number}", given).body["webhook"]
    assert (changed["event"], changed["url"]) == ("*", "https://other.example/")
    assert changed["oldSecretUntil"] and "secret" not in changed
    assert ask(world, "GET", f"/{number}").body["webhook"] == changed
    rotated = ask(world, "POST", f"/{number}/secret").body["webhook"]["secret"]
    assert rotated not in (secret, "0123456789abcdef")
    everything = "".join(str(ask(world, "GET", path).raw) for path in ("", f"/{number}", f"/{number}/deliveries"))
    assert not any(one in everything for one in (secret, rotated, "0123456789abcdef"))
    assert secret not in repr(webhooks.list_all(world.ctx(ADMIN)))
    assert ask(world, "DELETE", f"/{number}").status == 200
    assert ask(world, "GET", f"/{number}").status == 404


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"event": "nothing", "url": URL}, "event"),
        ({"event": "*"}, "url"),
        ({"event": "*", "url": "http://receiver.example/"}, "url"),
        ({"event": "*", "targetUrl": "https://169.254.169.254/"}, "targetUrl"),
        ({"event": "*", "url": "https://10.0.0.1/"}, "url"),
        ({"event": "*", "url": "https://a:b@receiver.example/"}, "url"),
        ({"event": "*", "url": URL, "secret": "short"}, "secret"),
        ({"event": "*", "url": URL, "secret": "sixteen letters with spaces"}, "secret"),
        ({"event": "*", "url": URL, "isEnabled": "yes"}, "isEnabled"),
    ],
)
def test_what_can_not_be_is_refused_by_its_name(world: World, given: dict[str, Any], field: str) -> None:
    answer = ask(world, "POST", "", given)
    assert (answer.status, field in answer.body["message"]) == (400, True), answer.body


def test_an_account_has_fifty_at_most_and_agents_see_none(world: World, other: World) -> None:
    for _ in range(webhooks.MOST):
        made = webhooks.create(world.ctx(ADMIN), Change(event="*", url=URL))
    assert ask(world, "POST", "", {"event": "*", "url": URL}).status == 400
    assert world.call("GET", BASE, **world.bearer()).status == 403
    assert ask(other, "GET", f"/{made.number}").status == 404
    assert ask(other, "GET", f"/{made.number}/deliveries").status == 404


def test_deliveries_are_listed_by_state_with_their_tries(world: World) -> None:
    _, number = failing_then(world)
    found = listed(world, number)
    assert [one["state"] for one in found] == ["waiting", "delivered", "delivered"]
    assert [one["tryCount"] for one in found] == [1, 1, 1]
    for state in deliveries.STATES:
        assert listed(world, number, state) == [one for one in found if one["state"] == state]
    assert ask(world, "GET", f"/{number}/deliveries?state=lost").status == 400
    assert ask(world, "GET", f"/{number}/deliveries?cursor=abc").status == 400
    one = ask(world, "GET", f"/{number}/deliveries/{found[0]['id']}").body["delivery"]
    (tried,) = one.pop("tries")
    assert one == found[0] and one["nextTryTime"] and one["contactId"] and one["conversationId"] is None
    assert (tried["status"], tried["error"], tried["answer"]) == (500, "status", "x" * 500)
    for wrong in ("1", "1-2", f"{number + 1}{found[0]['id'][1:]}", f"{found[0]['id']}-9", "x-" + "1" * 40):
        assert ask(world, "GET", f"/{number}/deliveries/{wrong}").status == 404


def test_what_was_never_tried_is_listed_first_and_pages_have_all(world: World) -> None:
    receiver = receiving(world)
    hook = webhook(world, "contact_created")

    def keep(count: int, first: int) -> None:
        places = [rows.place(world.now // 1000, 1, 11, first + at) for at in range(count)]
        about = {"at": world.now, "number": 1, "contact": "x"}
        rows.put_turns([rows.new_turn(world.account, hook.id, world.now, at, "contact_created", about) for at in places])

    keep(70, 100)
    world.deliver("webhooks", publishing.encode(WebhookDue(world.account, 1, hook.id, 1)))
    assert len(receiver.told) == 70
    keep(60, 300)
    with counted() as sent:
        page = deliveries.page(world.ctx(ADMIN), hook)
    assert (len(page.deliveries), {one.state for one in page.deliveries}) == (50, {"waiting"})
    assert sent == ["Query"]
    found = listed(world, hook.number)
    assert [one["state"] for one in found] == ["waiting"] * 60 + ["delivered"] * 70
    assert len({one["id"] for one in found}) == 130
    untried = ask(world, "GET", f"/{hook.number}/deliveries/{found[0]['id']}").body["delivery"]
    assert (untried["tries"], untried["state"]) == ([], "waiting")


def test_deliveries_are_kept_for_thirty_days_whatever_the_table_still_has(world: World) -> None:
    _, number = failing_then(world)
    (waiting, *_) = listed(world, number)
    world.now += 31 * 86_400_000
    hook = webhooks.get(world.ctx(ADMIN), number)
    assert deliveries.page(world.ctx(ADMIN), hook).deliveries == []
    assert deliveries.page(world.ctx(ADMIN), hook, "waiting").deliveries == []
    assert ask(world, "GET", f"/{number}/deliveries/{waiting['id']}").status == 404


def test_one_is_sent_again_by_its_id_with_the_same_event_id(world: World) -> None:
    receiver, number = failing_then(world)
    receiver.answer = lambda _: 200
    waiting, delivered, _ = listed(world, number)
    for one in (delivered, waiting, delivered):
        told = ask(world, "POST", f"/deliveries/{one['id']}/replay").body["delivery"]
        assert (told["id"], told["state"]) == (one["id"], "waiting")
        world.settle()
        assert receiver.told[-1]["eventId"] == one["eventId"]
        assert ask(world, "GET", f"/{number}/deliveries/{one['id']}").body["delivery"]["state"] == "delivered"
        world.now += 1000
    assert len(receiver.told) == 6
    assert rows.next_due(world.account, webhooks.get(world.ctx(ADMIN), number).id) is None
    assert ask(world, "POST", "/deliveries/1-2/replay").status == 404
    webhooks.change(world.ctx(ADMIN), number, Change(is_enabled=False))
    assert ask(world, "POST", f"/deliveries/{waiting['id']}/replay").status == 400


def test_a_range_is_sent_again_once_however_often_its_message_comes(world: World) -> None:
    receiver = receiving(world)
    hook = webhook(world, "contact_created")
    world.monkeypatch.setattr(deliveries, "_AT_ONCE", 2)
    for _ in range(6):
        world.visitor()
        world.settle()
        world.now += 1000
    first, last = (receiver.told[at]["eventTime"] for at in (1, 4))
    bodies = world.note_deliveries()
    path, given = f"/{hook.number}/replay", {"from": first, "to": last}
    assert ask(world, "POST", path, given, Idempotency_Key="a").body["replay"]["most"] == deliveries.MOST_REPLAYED
    assert ask(world, "POST", path, given, Idempotency_Key="a").status == 200
    world.settle()
    again = [one["eventId"] for one in receiver.told[6:]]
    assert again == [one["eventId"] for one in receiver.told[1:5]]
    for queue, body in list(bodies):
        world.deliver(queue, body)
    world.settle()
    assert len(receiver.told) == 10
    assert ask(world, "POST", path, {"from": last, "to": first}).status == 400
    assert ask(world, "POST", path, {"from": "yesterday", "to": first}).status == 400


@pytest.mark.parametrize(
    ("since", "until", "status"),
    [
        ("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z", 200),
        ("1900-01-01T00:00:00Z", "1901-01-01T00:00:00Z", 200),
        ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", 200),
        ("2500-01-01T00:00:00Z", "2501-01-01T00:00:00Z", 200),
        ("0001-01-01T00:00:00+14:00", "2021-01-01T00:00:00Z", 400),
        ("2020-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", 400),
    ],
)
def test_a_range_may_be_any_two_moments(world: World, since: str, until: str, status: int) -> None:
    receiver = receiving(world)
    hook = webhook(world, "contact_created")
    world.visitor()
    world.settle()
    answer = ask(world, "POST", f"/{hook.number}/replay", {"from": since, "to": until})
    assert answer.status == status, answer.body
    world.settle()
    assert len(receiver.told) == 1 + (since[:4] == "0001" and status == 200)


def test_a_page_that_is_asked_for_when_all_of_it_is_too_old_is_empty(world: World) -> None:
    hook = webhook(world)
    for place in ("0000000000000-00000001-01-1", "9999999999999-00000001-01-1"):
        path = f"/{hook.number}/deliveries?cursor={paging.cursor('deliveries', place)}"
        assert ask(world, "GET", path).body == {"deliveries": [], "nextPage": None}
    assert ask(world, "GET", f"/{hook.number}/deliveries?state=no").body["message"].startswith("state ")


def test_an_account_can_not_have_deliveries_sent_again_without_end(world: World) -> None:
    hook = webhook(world, "contact_created")
    rate_limits.use("replays=100/60")
    given = {"from": "2027-01-01", "to": "2028-01-01"}
    answers = [ask(world, "POST", f"/{hook.number}/replay", given) for _ in range(3)]
    rate_limits.use("off")
    assert [one.status for one in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"]
