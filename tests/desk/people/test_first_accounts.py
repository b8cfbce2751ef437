"""First accounts: who has a code opens one, once; nobody else does, unless the stage lets anybody."""

import itertools

import pytest

from chalicelib.context import STRANGER, SYSTEM, Caller, Context
from chalicelib.desk.auth import logins, tokens
from chalicelib.desk.core.errors import Exists, Invalid, NotAuthenticated
from chalicelib.desk.people import first_accounts
from chalicelib.desk.people.owners import Opened
from chalicelib.desk.people.registration import CreateAgent
from tests.lambdas import counted
from tests.world import World

PASSWORD = "correct horse"
_serial = itertools.count()


def fresh() -> str:
    """An e-mail that nobody logs in with: logins are one on the whole desk, which tests share."""
    return f"kim{next(_serial)}@fern.example"


def sign_up(world: World, code: str, email: str | None = None, password: str = PASSWORD) -> Opened:
    email = email or fresh()
    ctx = Context(Caller("", STRANGER), now=world.now)
    return first_accounts.sign_up(ctx, "Fern", CreateAgent(email, "Kim Lee", None), password, code)


def test_a_code_opens_one_account_whose_owner_logs_in(world: World) -> None:
    code = first_accounts.make_code(world.ctx(SYSTEM))
    with counted() as requests:
        opened = sign_up(world, code)
    assert len(requests) == 3
    assert opened.account.name == "Fern"
    assert set(opened.account.clients) >= {"PPCOM", "PPCONSOLE"}
    stranger = Context(Caller("", STRANGER), now=world.now)
    assert logins.log_in_plain(stranger, opened.owner.email, PASSWORD)[1].account == opened.account.id
    with pytest.raises(NotAuthenticated):
        sign_up(world, code)


def test_a_code_is_good_for_a_week_and_stays_good_where_something_else_is_wrong(world: World) -> None:
    code = first_accounts.make_code(world.ctx(SYSTEM))
    with pytest.raises(Invalid, match="8 to 256"):
        sign_up(world, code, password="short")
    with pytest.raises(Exists):
        sign_up(world, code, world.owner.email)
    world.now += tokens.SETUP_SECONDS * 1000 - 1000
    assert sign_up(world, code)
    late = first_accounts.make_code(world.ctx(SYSTEM))
    world.now += tokens.SETUP_SECONDS * 1000
    with pytest.raises(NotAuthenticated):
        sign_up(world, late)


def test_of_two_who_use_a_code_at_once_one_has_an_account(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    code = first_accounts.make_code(world.ctx(SYSTEM))
    find = tokens.find_single_use

    def find_late(ctx: Context, secret: str, kind: str) -> tokens.Token:
        found = find(ctx, secret, kind)
        monkeypatch.setattr(tokens, "find_single_use", find)
        sign_up(world, code)
        return found

    monkeypatch.setattr(tokens, "find_single_use", find_late)
    email = fresh()
    with pytest.raises(NotAuthenticated):
        sign_up(world, code, email)
    assert sign_up(world, first_accounts.make_code(world.ctx(SYSTEM)), email), "it is still free"


@pytest.mark.parametrize("code", ["", "nothing", "a.setup"])
def test_a_stranger_without_a_code_opens_nothing(world: World, code: str) -> None:
    with pytest.raises(NotAuthenticated):
        sign_up(world, code)


def test_another_kind_of_secret_is_no_code(world: World) -> None:
    holder = Caller(world.account, SYSTEM)
    with pytest.raises(NotAuthenticated):
        sign_up(world, tokens.issue(world.ctx(SYSTEM), holder, tokens.RESET, 60))


def test_an_open_stage_asks_for_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYDESK_SIGNUP", "open")
    assert sign_up(world, "")


def test_a_stage_is_offered_a_code_once(world: World) -> None:
    code = first_accounts.make_first_code(world.ctx(SYSTEM))
    assert code
    assert first_accounts.make_first_code(world.ctx(SYSTEM)) is None
    assert sign_up(world, code)
