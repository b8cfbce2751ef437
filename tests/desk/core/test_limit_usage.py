"""Limit usage: what a tenant sees of its limits is what the limits count."""

from collections.abc import Iterator

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.core import limit_usage, rate_limits
from chalicelib.desk.core.errors import TooMany
from chalicelib.desk.core.limit_usage import SHOWN, Usage
from tests.lambdas import counted
from tests.world import World

#: Limits of visitors, strangers, sockets, and single addresses or senders, of which no tenant's caller has one.
OTHERS = {"sockets", "socket_messages", "socket_refusals", "visitors", "conversations", "contact_conversations"}
OTHERS |= {"source_messages", "messages", "trigger_mails_to", "verifications_of", "verification_codes", "source_mails"}
OTHERS |= {"mails_from", "automatic_mails_to", "devices", "logins", "tokens", "lookups", "signups"}


@pytest.fixture(autouse=True)
def limited() -> Iterator[None]:
    rate_limits.use("mails=10/3600 verifications=3/3600")
    yield
    rate_limits.use("off")


def usage(world: World) -> dict[str, Usage]:
    return {one.name: one for one in limit_usage.load(world.ctx(ADMIN, world.owner))}


def test_every_limit_is_shown_or_somebody_else_s() -> None:
    assert set(rate_limits.DEFAULTS) == OTHERS | set(SHOWN) and not OTHERS & set(SHOWN)


def test_what_is_used_and_left_and_until_when(world: World) -> None:
    ctx = world.ctx(ADMIN, world.owner)
    assert {(one.used, one.left, one.resets_at) for one in usage(world).values() if one.name == "mails"} == {(0, 10, None)}
    rate_limits.spend_mail(ctx, 4)
    with counted() as sent:
        found = usage(world)
    assert sent == ["BatchGetItem"]
    assert (found["mails"].used, found["mails"].left, found["mails"].resets_at) == (4, 6, world.now + 3_600_000)
    assert (found["mails"].most, found["mails"].seconds, found["mails"].scope) == (10, 3_600, "account")
    rate_limits.clear()  # another process knows what was shared
    assert usage(world)["mails"].used == 4
    with pytest.raises(TooMany):
        rate_limits.spend_mail(ctx, 7)
    assert usage(world)["mails"].left == 0
    world.now += 3_600_000
    assert (usage(world)["mails"].used, usage(world)["mails"].resets_at) == (0, None)


def test_what_this_process_has_not_shared_is_in_it(world: World) -> None:
    ctx = world.ctx(ADMIN, world.owner)
    for _ in range(3):
        rate_limits.spend_search(ctx, 5)
    found = usage(world)["searches"]
    assert (found.used, found.scope) == (15, "caller") and found.step > 15


def test_each_caller_and_account_sees_its_own(world: World) -> None:
    other = World(world.monkeypatch, clock_of=world, name="other")
    rate_limits.spend_mail(world.ctx(ADMIN, world.owner), 4)
    rate_limits.spend_search(world.ctx(ADMIN, world.owner), 5)
    assert usage(other)["mails"].used == 0
    agent = {one.name: one.used for one in limit_usage.load(world.as_agent())}
    assert (agent["mails"], agent["searches"]) == (4, 0)
    program = {one.name for one in limit_usage.load(world.ctx(ADMIN))}
    assert "searches" in program and not {"uploads", "agent_messages"} & program


def test_a_stage_without_limits_has_none(world: World) -> None:
    rate_limits.use("off")
    with counted() as sent:
        assert usage(world) == {}
    assert sent == []
