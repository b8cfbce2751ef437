"""A removed account is emptied: of an account on which every row of every dialect was called, only its two marks are left."""

from functools import partial
from typing import Any

import pytest

from chalicelib import config
from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.accounts import accounts
from chalicelib.desk.core import documents, publishing, rate_limits
from chalicelib.desk.core.account_events import AccountEmptied
from chalicelib.desk.core.errors import DeskError
from chalicelib.desk.people import owners
from chalicelib.desk.privacy import account_removal
from chalicelib.models import settings, tokens
from chalicelib.rules import search_blocks
from tests.conformance.scene import set_up
from tests.conformance.table import every_row
from tests.desk.privacy import raw
from tests.interruptions import interrupted
from tests.world import World

DAY = 86_400
#: Calls that would end the scene.
_NOT = ("SIGNUP", "CREATE_APP", "REMOVE_APP", "LOGOUT", "/erase", "RESET")


def use(world: World) -> None:
    """Calls every row that writes, once."""
    rate_limits.use("off")
    world.searched = True
    scene = set_up(world)
    for row in every_row():
        if row.endpoint.method == "GET" or any(part in row.endpoint.path for part in _NOT):
            continue
        try:
            scene.ask(row)
        except DeskError:  # the scene is not ready for it, after all that was called before
            continue
    world.index()
    world.count()


def remove(world: World) -> None:
    owners.close(world.ctx(ADMIN, world.owner), world.owner.id)
    world.index()


def expire(world: World) -> None:
    """Does what the tables' TTL does; of access tokens also to those that tests have made without one."""
    for table, item in raw.rows():
        is_token = table == "tokens" and item["ki"]["S"] == "access"
        if is_token or ("ex" in item and int(item["ex"]["N"]) < world.time // 1000):
            raw.delete(table, item)


def document(world: World) -> dict[str, Any]:
    """The account's own row."""
    row = settings.get(world.account, accounts.NAME)
    assert row
    found: dict[str, Any] = row.document
    return found


def empty(world: World) -> None:
    """Goes on until all is done."""
    for _ in range(100):
        world.pass_(120)
        world.index()
        if "emptied_at" in document(world):
            return
    pytest.fail("it does not end")


def test_nothing_is_left_of_an_account_that_was_used(world: World, other: World) -> None:
    use(world)
    kept = other.asking("of another account")
    other.settle()
    before = raw.of_account(world.account)
    assert before.keys() >= {"people", "conversations", "messages", "event-logs", "settings", "search", "mails", "files"}
    assert before.keys() >= {"devices", "contact-words", "unique-names", "statistics", "sequences", "tokens", "bucket"}
    remove(world)
    world.pass_(config.EMPTIED_AFTER_DAYS * DAY - 3600)
    assert raw.of_account(world.account).keys() >= {"messages"}
    for _ in range(8):
        world.sweep()
        world.collect()
        world.pass_(900)
    empty(world)
    world.now += 500 * DAY * 1000
    expire(world)
    left = raw.of_account(world.account)
    assert left == {
        "settings": [f"{world.account} account#"],
        "tokens": [f"{world.account} {tokens.revocation_key(world.account)}"],
    }
    other.tokens.clear()
    assert kept.history() == ["of another account"]


def test_it_waits_its_days_and_spares_an_account_that_is_not_removed(world: World) -> None:
    ctx = world.ctx(SYSTEM)
    assert account_removal.run(ctx, AccountEmptied(world.account, world.time, world.time)) is False
    remove(world)
    assert account_removal.run(ctx, AccountEmptied(world.account, world.time, world.time)) is True
    assert raw.of_account(world.account).keys() >= {"people"}
    row = settings.get(world.account, accounts.NAME)
    assert row
    settings.put(row, {name: value for name, value in row.document.items() if name != "removed_at"}, ())
    world.now += 31 * DAY * 1000
    assert account_removal.run(world.ctx(SYSTEM), AccountEmptied(world.account, world.time, world.time)) is False
    assert raw.of_account(world.account).keys() >= {"people"}


def test_whatever_dies_the_next_run_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_blocks, "FIRSTS", ("h", "w"))
    world.searched = True
    world.asking("hello")
    world.index()
    remove(world)
    world.now += 31 * DAY * 1000
    event, due, ends = AccountEmptied(world.account, world.time, world.time), [""], 0
    while due:
        ends += interrupted(monkeypatch, partial(account_removal.run, world.ctx(SYSTEM), event))
        world.relay()
        due = [body for _, _, body in world.queued if "account.emptied" in body]
        world.queued = [one for one in world.queued if "account.emptied" not in one[2]]
        world.index()
        event = next((one for one in map(publishing.decode, due[-1:]) if isinstance(one, AccountEmptied)), event)
    assert ends > 60
    assert document(world)["emptied_at"]


def test_all_partitions_of_settings_are_known(world: World) -> None:
    of_tests = {"web_site", "test_house", "test_door", "hours"}
    assert documents.PARTITIONS - {documents.ACCOUNT} - of_tests <= {*account_removal.PARTITIONS}
