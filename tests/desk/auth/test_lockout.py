"""Ten wrong passwords lock a login for a while, for whoever tried them: not for its holder elsewhere."""

import pytest

from chalicelib.context import ADMIN, AGENT, Caller, Context
from chalicelib.desk.auth import login_attempts, logins, tokens
from chalicelib.desk.auth.login_attempts import KNOWN_SECONDS, LOCKED_SECONDS, MOST_ANYWHERE, MOST_WRONG, WINDOW_SECONDS
from chalicelib.desk.core.errors import Forbidden, Locked, NotAuthenticated
from chalicelib.desk.people import agents, profiles, recovery
from chalicelib.desk.people.profiles import ChangePerson
from chalicelib.models import rate_windows as rows
from chalicelib.rules import passwords
from tests.lambdas import counted
from tests.world import PASSWORD, World

NOBODY = "nobody@desk.test"
HOME, STRANGER = "192.0.2.1", "198.51.100.7"


def at(world: World, source: str = "") -> Context:
    return Context(world.ctx(ADMIN).caller, now=world.now, pause=lambda _: None, source=source)


def enter(world: World, email: str, password: str = PASSWORD, source: str = "") -> str:
    return logins.log_in_plain(at(world, source), email, password)[0].id


def fail(world: World, email: str, times: int, source: str = "") -> None:
    for _ in range(times):
        with pytest.raises(NotAuthenticated) as refused:
            enter(world, email, "wrong", source)
        assert not isinstance(refused.value, Locked)


def seconds_left(world: World, email: str, password: str = PASSWORD, source: str = "") -> int:
    with pytest.raises(Locked) as refused:
        enter(world, email, password, source)
    return refused.value.seconds


@pytest.mark.parametrize("exists", [True, False])
def test_after_ten_wrong_passwords_no_password_is_right_for_a_while(world: World, exists: bool) -> None:
    email = world.agents[0].email if exists else f"{world.account[:8]}-{NOBODY}"
    fail(world, email, MOST_WRONG)
    assert seconds_left(world, email) == LOCKED_SECONDS
    world.now += 100_000
    assert seconds_left(world, f" {email.upper()} ", "wrong") == LOCKED_SECONDS - 100
    world.now += (LOCKED_SECONDS - 100) * 1000
    fail(world, email, 1)


def test_it_ends_by_itself(world: World) -> None:
    ada = world.agents[0]
    fail(world, ada.email, MOST_WRONG)
    world.now += LOCKED_SECONDS * 1000
    assert enter(world, ada.email) == ada.id


def test_nobody_else_is_locked_out(world: World, other: World) -> None:
    fail(world, world.agents[0].email, MOST_WRONG)
    assert enter(world, world.agents[1].email) == world.agents[1].id
    assert enter(other, other.agents[0].email) == other.agents[0].id


def test_a_right_password_makes_the_wrong_ones_forgotten(world: World) -> None:
    ada = world.agents[0]
    for _ in range(2):
        fail(world, ada.email, MOST_WRONG - 1)
        assert enter(world, ada.email) == ada.id


def test_wrong_ones_count_within_a_window_from_the_first(world: World) -> None:
    ada = world.agents[0]
    fail(world, ada.email, MOST_WRONG - 1)
    world.now += WINDOW_SECONDS * 1000 - 1000
    fail(world, ada.email, 1)
    world.now += LOCKED_SECONDS * 1000
    fail(world, ada.email, MOST_WRONG - 1)
    world.now += WINDOW_SECONDS * 1000
    fail(world, ada.email, MOST_WRONG - 1)
    assert enter(world, ada.email) == ada.id


def test_a_locked_login_hashes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(world, world.agents[0].email, MOST_WRONG)
    monkeypatch.delattr(passwords, "hashed")
    seconds_left(world, world.agents[0].email)
    with pytest.raises(NameError):
        enter(world, world.agents[1].email)


def test_of_forty_eight_guesses_at_once_ten_are_looked_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    email, matches, looked_at, left = world.agents[0].email, passwords.matches, [], [48]

    def slow(wire_password: str, stored: str | None) -> bool:
        """While one is being hashed, all others come."""
        looked_at.append(wire_password)
        while left[0] > 0:
            left[0] -= 1
            with pytest.raises(NotAuthenticated):
                enter(world, email, "wrong")
        return matches(wire_password, stored)

    monkeypatch.setattr(passwords, "matches", slow)
    with pytest.raises(NotAuthenticated):
        enter(world, email, "wrong")
    assert len(looked_at) == MOST_WRONG
    assert seconds_left(world, email) == LOCKED_SECONDS


def test_a_stranger_locks_themselves_and_not_the_holder(world: World) -> None:
    ada = world.agents[0]
    for _ in range(3):
        fail(world, ada.email, MOST_WRONG, STRANGER)
        seconds_left(world, ada.email, PASSWORD, STRANGER)
        assert enter(world, ada.email, source=HOME) == ada.id
        world.now += LOCKED_SECONDS * 1000
    fail(world, world.agents[1].email, 1, STRANGER)


def test_all_addresses_of_one_network_are_one_source(world: World) -> None:
    email = world.agents[0].email
    for address in range(MOST_WRONG):
        fail(world, email, 1, f"2001:db8:1:2::{address:x}")
    seconds_left(world, email, PASSWORD, "2001:db8:1:2:ffff::1")
    assert enter(world, email, source="2001:db8:1:100::1") == world.agents[0].id


@pytest.fixture
def attacked(world: World) -> str:
    """The e-mail of a login at which a hundred sources guess; its holder has logged in from home."""
    email = world.agents[0].email
    enter(world, email, source=HOME)
    for count in range(MOST_ANYWHERE - 1):
        fail(world, email, 1, f"203.0.113.{count}")
    return email


def test_many_sources_together_meet_a_limit_that_a_known_one_does_not(world: World, attacked: str) -> None:
    seconds_left(world, attacked, "wrong", "203.0.113.200")
    assert seconds_left(world, attacked, PASSWORD, "203.0.113.201") == WINDOW_SECONDS
    assert enter(world, attacked, source=HOME) == world.agents[0].id
    fail(world, attacked, MOST_WRONG, HOME)
    seconds_left(world, attacked, PASSWORD, HOME)
    assert enter(world, world.agents[1].email, source="203.0.113.201") == world.agents[1].id
    world.now += WINDOW_SECONDS * 1000
    assert enter(world, attacked, source="203.0.113.201") == world.agents[0].id


def test_a_source_is_known_for_thirty_days_after_a_login(world: World) -> None:
    ada = world.agents[0]
    login, home = login_attempts.login_by_email(ada.email), login_attempts.login_by_email(ada.email).source(at(world, HOME))
    enter(world, ada.email, source=HOME)
    fail(world, ada.email, 1, HOME)
    world.now += (KNOWN_SECONDS - 1) * 1000
    assert login_attempts.is_known_source(at(world), home)
    world.now += 1000
    assert not login_attempts.is_known_source(at(world), home)
    assert not login_attempts.is_known_source(at(world), login.source(at(world, STRANGER)))


def test_a_wrong_password_makes_no_source_known_and_a_right_one_of_another_proof_neither(world: World) -> None:
    ada, ctx = world.agents[0], at(world, HOME)
    fail(world, ada.email, 1, HOME)
    login_attempts.check_password(ctx, login_attempts.login_of(ada), passwords.wire(PASSWORD), ada.password)
    assert not login_attempts.is_known_source(ctx, login_attempts.login_of(ada).source(ctx))


def test_a_new_password_by_mail_lets_its_holder_in_whoever_guesses(world: World, attacked: str) -> None:
    ada = world.agents[0]
    elsewhere = at(world, "203.0.113.222")
    rows.add(login_attempts.login_by_email(attacked).key, world.now // 1000, world.now // 1000 + WINDOW_SECONDS)
    seconds_left(world, attacked, PASSWORD, "203.0.113.222")
    code = _code(world)
    recovery.reset_password(elsewhere, code, "a new long one")
    assert enter(world, attacked, "a new long one", "203.0.113.222") == ada.id


def test_a_new_password_unlocks_every_source(world: World) -> None:
    ada = world.agents[0]
    fail(world, ada.email, MOST_WRONG, HOME)
    recovery.reset_password(at(world, "203.0.113.222"), _code(world), "a new long one")
    assert enter(world, ada.email, "a new long one", HOME) == ada.id


def _code(world: World) -> str:
    ada = world.agents[0]
    holder = Caller(world.account, AGENT, ada.id, ada.number)
    return tokens.issue(at(world), holder, tokens.RESET, tokens.RESET_SECONDS)


def test_the_work_is_the_same_whether_a_login_exists_or_not(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    matches, hashes = passwords.matches, []

    def noted(wire_password: str, stored: str | None) -> bool:
        hashes.append(stored)
        return matches(wire_password, stored)

    monkeypatch.setattr(passwords, "matches", noted)
    agents.set_active(world.ctx(ADMIN), world.agents[2].id, on=False)
    emails = [world.agents[0].email, world.agents[2].email, f"{world.account[:8]}-{NOBODY}", ""]

    def work(email: str) -> tuple[list[str], int, str]:
        before = len(hashes)
        with counted() as sent, pytest.raises(NotAuthenticated) as refused:
            enter(world, email, "wrong", HOME)
        return sent, len(hashes) - before, f"{type(refused.value).__name__} {refused.value}"

    for _ in range(MOST_WRONG + 2):
        assert len({str(work(email)) for email in emails}) == 1


def test_old_passwords_are_counted_with_those_at_the_door(world: World) -> None:
    ada, wanted = world.agents[0], ChangePerson(old_password="guess", new_password=passwords.wire("a new one"))
    for _ in range(MOST_WRONG):
        with pytest.raises(Forbidden):
            profiles.change(world.as_agent(), ada.id, wanted)
    with pytest.raises(Locked):
        profiles.change(world.as_agent(), ada.id, wanted)
    seconds_left(world, ada.email)


def test_a_login_takes_five_requests_and_one_more_from_a_new_source(world: World) -> None:
    ada = world.agents[0]
    given = {"grant_type": "password", "client_id": world.clients["PPKEFU"][0], "user_email": ada.email}

    def ask(password: str) -> tuple[int, list[str]]:
        with counted() as sent:
            answer = world.form("/ppauth/token", user_password=passwords.wire(password), **given)
        return answer.body["error_code"], sent

    world.form("/ppauth/token", user_password="x", **given | {"user_email": NOBODY})
    read, noted = ["GetItem", "GetItem", "UpdateItem"], ["TransactWriteItems", "PutItem"]
    assert ask(PASSWORD) == (0, [*read, "UpdateItem", "Query", *noted]), "the query is of the account, once a minute"
    for _ in range(2):
        assert ask(PASSWORD) == (0, [*read, *noted])
        assert ask("wrong") == (-1, read)
    for _ in range(MOST_WRONG - 2):
        assert ask("wrong") == (-1, read)
    assert ask("wrong") == (-1, [*read, "UpdateItem"]), "the tenth locks"
    assert ask(PASSWORD) == (-1, read)


def test_each_dialect_that_logs_in_says_so(world: World) -> None:
    email = world.agents[0].email
    fail(world, email, MOST_WRONG, "127.0.0.1")  # where Chalice's test client calls from
    given = {"client_id": world.clients["PPKEFU"][0], "user_email": email, "user_password": passwords.wire(PASSWORD)}
    told = world.form("/ppauth/token", grant_type="password", **given)
    text = f"too many wrong passwords; try again in {LOCKED_SECONDS} seconds"
    assert (told.status, told.body) == (200, {"error_code": -1, "error_detail": text})
    told = world.form("/oauth/token", grant_type="password", email=email, password=PASSWORD)
    assert (told.status, told.body) == (429, {"code": 429000, "message": text})
    assert told.headers["Retry-After"] == str(LOCKED_SECONDS)


def test_a_wrong_old_password_and_a_new_one_leave_no_count(world: World) -> None:
    ada, new = world.agents[0], passwords.wire("a new one")
    for _ in range(MOST_WRONG - 1):
        with pytest.raises(Forbidden):
            profiles.change(world.as_agent(), ada.id, ChangePerson(old_password="guess", new_password=new))
    profiles.change(world.as_agent(), ada.id, ChangePerson(old_password=passwords.wire(PASSWORD), new_password=new))
    fail(world, ada.email, MOST_WRONG - 1)
    assert enter(world, ada.email, "a new one") == ada.id
