"""E-mail accounts: the default, whose an address is, and how that is shown."""

import re

import pytest

from chalicelib import config
from chalicelib.context import ADMIN
from chalicelib.desk.channels import email_accounts, verification
from chalicelib.desk.channels.email_accounts import EMAIL_ACCOUNTS
from chalicelib.desk.core import rate_limits
from chalicelib.desk.core.errors import Exists, Invalid, TooMany
from chalicelib.desk.people import agents
from chalicelib.models import settings
from tests.desk.channels.scene import BASE, account, address
from tests.mails import sent
from tests.world import World


def listed(world: World) -> list[tuple[str, bool]]:
    """Addresses of the e-mail accounts, and whether each is the default."""
    shown = world.call("GET", f"{BASE}/emailAccounts", **world.bearer()).body["emailAccounts"]
    return [(one["email"].partition("@")[0], one["isDefault"]) for one in shown]


def test_the_first_one_is_the_default_until_another_is_made_it_or_it_is_removed(world: World) -> None:
    one, two, _ = (account(world, name) for name in ("one", "two", "three"))
    assert listed(world) == [("one", True), ("two", False), ("three", False)]
    headers = world.bearer(world.owner)
    path = f"{BASE}/emailAccounts"
    assert world.call("PUT", f"{path}/{two.number}", {"isDefault": True}, **headers).body["emailAccount"]["isDefault"]
    assert listed(world) == [("one", False), ("two", True), ("three", False)]
    assert world.call("PUT", f"{path}/{two.number}", {"isDefault": False}, **headers).status == 400
    assert world.call("PUT", f"{path}/{two.number}", {"email": "else@b.example"}, **headers).status == 400
    assert world.call("DELETE", f"{path}/{two.number}", **headers).status == 200
    assert listed(world) == [("one", True), ("three", False)]
    assert email_accounts.default(world.ctx(ADMIN)) == one


def test_an_address_is_one_account_s_until_it_is_removed(world: World, other: World) -> None:
    made = account(world)
    assert email_accounts.find_by_address(other.ctx(ADMIN), made.email.upper()) == (world.account, made)
    with pytest.raises(Exists):
        account(world)
    with pytest.raises(Exists):
        email_accounts.create(other.ctx(ADMIN), made.email, email_accounts.Change())
    assert listed(other) == []
    email_accounts.remove(world.ctx(ADMIN), made)
    assert email_accounts.find_by_address(other.ctx(ADMIN), made.email) is None
    theirs = email_accounts.create(other.ctx(ADMIN), made.email, email_accounts.Change())
    assert email_accounts.find_by_address(world.ctx(ADMIN), made.email) == (other.account, theirs)


def test_a_removal_that_ended_halfway_does_not_keep_the_address(world: World, other: World) -> None:
    made = account(world)
    EMAIL_ACCOUNTS.remove(world.ctx(ADMIN), made.email)
    assert email_accounts.find_by_address(world.ctx(ADMIN), made.email) is None
    theirs = email_accounts.create(other.ctx(ADMIN), made.email, email_accounts.Change())
    assert theirs.is_verified
    assert email_accounts.find_by_address(world.ctx(ADMIN), made.email) == (other.account, theirs)


def test_assignees_are_agents_and_departments_of_the_account(world: World) -> None:
    headers, path = world.bearer(world.owner), f"{BASE}/emailAccounts"
    agents.set_active(world.ctx(ADMIN, world.owner), world.agents[1].id, on=False)
    for given, field in (
        ({"agentAssigneeId": 10**6}, "agentAssigneeId"),
        ({"agentAssigneeId": world.agents[1].number}, "agentAssigneeId"),
        ({"departmentAssigneeId": 7}, "departmentAssigneeId"),
        ({"email": "none"}, "email"),
        ({"email": "münchen@b.example"}, "email"),
    ):
        answer = world.call("POST", path, {"email": address(world)} | given, **headers)
        assert answer.status == 400 and answer.body["message"].startswith(field), answer.body
    made = account(world, agent=world.agents[0].number)
    shown = world.call("PUT", f"{path}/{made.number}", {"agentAssigneeId": None}, **headers).body["emailAccount"]
    assert shown["agentAssigneeId"] is None and shown["status"] == "verified"


@pytest.fixture
def strict(world: World) -> World:
    """A desk that trusts no administrator's word for an address."""
    world.monkeypatch.setattr(config, "TRUSTS_MAILBOXES", False)
    return world


def code(email: str) -> str:
    """The code of the last mail to an address."""
    found = re.search(r"\n([0-9a-f]{10})\n", sent(email)[-1].text)
    assert found
    return found[1]


def test_an_address_works_once_the_code_that_was_mailed_there_is_told(strict: World, other: World) -> None:
    squatter = email_accounts.create(other.ctx(ADMIN), address(strict), email_accounts.Change())
    made = account(strict)
    assert not made.is_verified and email_accounts.find_by_address(strict.ctx(ADMIN), made.email) is None
    other.settle()
    strict.settle()
    headers, path = strict.bearer(strict.owner), f"{BASE}/emailAccounts/{made.number}"
    shown = strict.call("GET", path, **headers).body["emailAccount"]
    assert shown["status"] == "unverified" and "code" in shown["verification"] and "Amazon SES" in shown["verification"]
    right = code(made.email)
    assert strict.call("PUT", f"{path}/verify", {"code": "0" * 10}, **headers).status == 400
    assert strict.call("PUT", f"{path}/verify", {"code": right.upper()}, **headers).body["emailAccount"]["status"] == "verified"
    assert email_accounts.find_by_address(strict.ctx(ADMIN), made.email) is not None
    with pytest.raises(Invalid):
        verification.verify(other.ctx(ADMIN), squatter, right)
    email_accounts.ask(other.ctx(ADMIN), squatter)
    other.settle()
    squatter = EMAIL_ACCOUNTS.get(other.ctx(ADMIN), squatter.email)
    with pytest.raises(Exists):
        verification.verify(other.ctx(ADMIN), squatter, code(made.email))


def test_a_code_is_good_for_a_day_and_only_the_last_one_is(strict: World) -> None:
    made = account(strict)
    strict.settle()
    first = code(made.email)
    verification.verify(strict.ctx(ADMIN), made, "")
    strict.settle()
    made = EMAIL_ACCOUNTS.get(strict.ctx(ADMIN), made.email)
    with pytest.raises(Invalid):
        verification.verify(strict.ctx(ADMIN), made, first)
    strict.now += 86_400_001
    with pytest.raises(Invalid):
        verification.verify(strict.ctx(ADMIN), made, code(made.email))


def test_codes_are_neither_mailed_nor_tried_without_end(strict: World, other: World) -> None:
    rate_limits.use("verifications=3/3600 verifications_of=2/3600 verification_codes=2/3600")
    try:
        made = account(strict)
        verification.verify(strict.ctx(ADMIN), made, "")
        with pytest.raises(TooMany):
            email_accounts.create(other.ctx(ADMIN), made.email, email_accounts.Change())
        with pytest.raises(TooMany):
            account(strict, "more")
            account(strict, "most")
        for _ in range(2):
            with pytest.raises(Invalid):
                verification.verify(strict.ctx(ADMIN), made, "x")
        with pytest.raises(TooMany):
            verification.verify(strict.ctx(ADMIN), made, "x")
    finally:
        rate_limits.use("off")


def test_the_secret_of_reply_addresses_is_made_once(world: World) -> None:
    first = email_accounts.reply_key(world.ctx(ADMIN))
    assert len(first) == 43 and email_accounts.reply_key(world.ctx(ADMIN)) == first
    (row,) = [row for row in settings.load(f"{world.account}#email_account").values() if row.name == "mail_settings#"]
    assert row.document["reply_key"].encode() == first
