"""A removed account is emptied: of an account on which every row of every dialect was called, only its two marks are left."""

import pytest

from chalicelib import config
from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.accounts import accounts
from chalicelib.desk.core import documents, rate_limits
from chalicelib.desk.core.errors import DeskError
from chalicelib.desk.core.events import AccountEmptied
from chalicelib.desk.people import owners
from chalicelib.desk.privacy import account_removal
from chalicelib.models import settings, tokens
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


def empty(world: World, event: AccountEmptied) -> None:
    """Goes on until all is done."""
    for _ in range(400):
        world.index()
        world.pass_(120)
        world.index()
        if "emptied_at" in settings.get(world.account, accounts.NAME).document:
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
        world._collect()
        world.pass_(900)
    empty(world, AccountEmptied(world.account, world.time, world.time))
    world.now += 500 * DAY * 1000
    expire(world)
    left = raw.of_account(world.account)
    assert left == {
        "settings": [f"{world.account} account#"],
        "tokens": [f"{world.account} {tokens.revocation_key(world.account)}"],
    }
    assert kept.history() == ["of another account"]


def test_it_waits_its_days_and_spares_an_account_that_is_not_removed(world: World) -> None:
    ctx = world.ctx(SYSTEM)
    assert account_removal.run(ctx, AccountEmptied(world.account, world.time, world.time)) is False
    remove(world)
    assert account_removal.run(ctx, AccountEmptied(world.account, world.time, world.time)) is True
    assert raw.of_account(world.account).keys() >= {"people"}
    row = settings.get(world.account, accounts.NAME)
    settings.put(row, {name: value for name, value in row.document.items() if name != "removed_at"})
    world.now += 31 * DAY * 1000
    assert account_removal.run(world.ctx(SYSTEM), AccountEmptied(world.account, world.time, world.time)) is False
    assert raw.of_account(world.account).keys() >= {"people"}


def test_whatever_dies_the_next_run_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.asking("hello")
    world.index()
    remove(world)
    world.now += 31 * DAY * 1000
    stage = ""
    for _ in range(200):
        event = AccountEmptied(world.account, world.time, world.time, stage, "")
        interrupted(monkeypatch, lambda event=event: account_removal.run(world.ctx(SYSTEM), event))
        world.queued.clear()
        world.relay()
        following = [message for message in world.queued if "account.emptied" in message[2]]
        world.queued = [message for message in world.queued if "account.emptied" not in message[2]]
        world.index()
        if not following:
            break
        stage = following[-1][2].partition('"stage":"')[2].partition('"')[0]
    assert settings.get(world.account, accounts.NAME).document["emptied_at"]


def test_all_partitions_of_settings_are_known(world: World) -> None:
    assert documents.PARTITIONS - {documents.ACCOUNT} <= {*account_removal.PARTITIONS}
