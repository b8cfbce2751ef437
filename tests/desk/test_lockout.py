"""Ten wrong passwords lock a login for a while: it alone, whether anybody has it or not."""

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk import attempts, logins, profiles
from chalicelib.desk.attempts import LOCKED_SECONDS, MOST_WRONG, WINDOW_SECONDS
from chalicelib.desk.errors import Forbidden, Locked, NotAuthenticated
from chalicelib.desk.profiles import ChangePerson
from chalicelib.models import attempts as rows
from chalicelib.rules import passwords
from tests.world import PASSWORD, World, counted

NOBODY = "nobody@desk.test"


def enter(world: World, email: str, password: str = PASSWORD) -> str:
    return logins.log_in_plain(world.ctx(ADMIN), email, password)[0].id


def fail(world: World, email: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(NotAuthenticated) as refused:
            enter(world, email, "wrong")
        assert not isinstance(refused.value, Locked)


def seconds_left(world: World, email: str, password: str = PASSWORD) -> int:
    with pytest.raises(Locked) as refused:
        enter(world, email, password)
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
    assert rows.find(attempts.of(ada)) is not None
    world.now += 1000
    fail(world, ada.email, MOST_WRONG - 1)
    assert enter(world, ada.email) == ada.id


def test_a_locked_login_hashes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(world, world.agents[0].email, MOST_WRONG)
    monkeypatch.delattr(passwords, "hashed")
    seconds_left(world, world.agents[0].email)
    with pytest.raises(NameError):
        enter(world, world.agents[1].email)


def test_attempts_at_once_are_all_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    key = attempts.login_of(world.agents[0].email)
    with monkeypatch.context() as patch:
        patch.setattr(attempts, "_running", lambda *_: None)  # each has looked before any other was counted
        for _ in range(MOST_WRONG + 3):
            assert not attempts.check_password(world.ctx(ADMIN), key, "wrong", None)
    row = rows.find(key)
    assert row is not None and row.tries == MOST_WRONG + 3
    with pytest.raises(Locked):
        attempts.check_password(world.ctx(ADMIN), key, "wrong", None)


def test_old_passwords_are_counted_with_those_at_the_door(world: World) -> None:
    ada, wanted = world.agents[0], ChangePerson(old_password="guess", new_password=passwords.wire("a new one"))
    for _ in range(MOST_WRONG):
        with pytest.raises(Forbidden):
            profiles.change(world.as_agent(), ada.id, wanted)
    with pytest.raises(Locked):
        profiles.change(world.as_agent(), ada.id, wanted)
    seconds_left(world, ada.email)


def test_a_login_takes_five_requests_and_one_more_after_a_wrong_password(world: World) -> None:
    ada = world.agents[0]
    given = {"grant_type": "password", "client_id": world.clients["PPKEFU"][0], "user_email": ada.email}

    def ask(password: str) -> tuple[int, list[str]]:
        with counted() as sent:
            answer = world.form("/ppauth/token", user_password=passwords.wire(password), **given)
        return answer.body["error_code"], sent

    ask(PASSWORD)
    assert ask(PASSWORD) == (0, ["GetItem", "GetItem", "GetItem", "UpdateItem", "PutItem"])
    assert ask("wrong") == (-1, ["GetItem", "GetItem", "GetItem", "UpdateItem"])
    assert ask(PASSWORD) == (0, ["GetItem", "GetItem", "GetItem", "DeleteItem", "UpdateItem", "PutItem"])
    for _ in range(MOST_WRONG):
        ask("wrong")
    assert ask(PASSWORD) == (-1, ["GetItem", "GetItem", "GetItem"])


def test_each_dialect_that_logs_in_says_so(world: World) -> None:
    email = world.agents[0].email
    fail(world, email, MOST_WRONG)
    given = {"client_id": world.clients["PPKEFU"][0], "user_email": email, "user_password": passwords.wire(PASSWORD)}
    told = world.form("/ppauth/token", grant_type="password", **given)
    text = f"too many wrong passwords; try again in {LOCKED_SECONDS} seconds"
    assert (told.status, told.body) == (200, {"error_code": -1, "error_detail": text})
    told = world.form("/oauth/token", grant_type="password", email=email, password=PASSWORD)
    assert (told.status, told.body) == (429, {"code": 429000, "message": text})
    assert told.headers["Retry-After"] == str(LOCKED_SECONDS)
