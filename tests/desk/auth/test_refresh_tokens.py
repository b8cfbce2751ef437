"""Refresh tokens: used once each, in one line; what is used again ends its login."""

import pytest

from chalicelib.context import AGENT, Context, stranger
from chalicelib.desk.auth import logins, refresh_tokens, tokens
from chalicelib.desk.auth.refresh_tokens import GRACE_SECONDS, TokenPair
from chalicelib.desk.core import cache
from chalicelib.desk.core.errors import NotAuthenticated
from chalicelib.desk.people import profiles
from chalicelib.desk.people.profiles import ChangePerson
from chalicelib.models import tokens as rows
from chalicelib.rules import ids, passwords
from tests.lambdas import counted
from tests.world import PASSWORD, World


def ctx(world: World) -> Context:
    return stranger().acting(world.ctx(AGENT).caller).not_before(world.now)


def begun(world: World) -> TokenPair:
    return refresh_tokens.issue_pair(ctx(world), logins.log_in_plain(ctx(world), world.agents[0].email, PASSWORD)[1])


def is_good(world: World, access: str) -> bool:
    try:
        tokens.check(ctx(world), access, tokens.ACCESS)
    except NotAuthenticated:
        return False
    return True


def refused(world: World, refresh: str) -> None:
    with pytest.raises(NotAuthenticated):
        refresh_tokens.rotate(ctx(world), refresh)


def later(world: World, seconds: float = GRACE_SECONDS + 1) -> None:
    world.now += int(seconds * 1000)


def test_each_use_gives_another_one_and_uses_up_the_old(world: World) -> None:
    line = [begun(world)]
    for _ in range(3):
        line.append(refresh_tokens.rotate(ctx(world), line[-1].refresh))
        later(world)
    assert len({pair.refresh for pair in line}) == len({pair.access for pair in line}) == 4
    assert all(is_good(world, pair.access) for pair in line)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_that_comes_again_ends_all_of_its_login_and_no_other(world: World, at: int) -> None:
    line, elsewhere = [begun(world)], begun(world)
    for _ in range(3):
        line.append(refresh_tokens.rotate(ctx(world), line[-1].refresh))
        later(world)
    assert all(is_good(world, pair.access) for pair in line)
    refused(world, line[at].refresh)
    for forget in (lambda: None, cache.clear_all):
        forget()
        assert not any(is_good(world, pair.access) for pair in line)
    for pair in line:
        refused(world, pair.refresh)
    assert is_good(world, elsewhere.access) and is_good(world, refresh_tokens.rotate(ctx(world), elsewhere.refresh).access)


def test_who_lost_the_answer_gets_the_same_next_one_for_a_few_seconds(world: World) -> None:
    first = begun(world)
    lost = refresh_tokens.rotate(ctx(world), first.refresh)
    later(world, GRACE_SECONDS)
    again = refresh_tokens.rotate(ctx(world), first.refresh)
    assert again.refresh == lost.refresh and again.access != lost.access
    assert is_good(world, again.access) and is_good(world, lost.access)
    later(world, 0.001)
    refused(world, first.refresh)
    assert not is_good(world, again.access)


def test_a_copy_that_is_used_within_the_grace_is_found_out_by_the_next_use(world: World) -> None:
    first = begun(world)
    holder = refresh_tokens.rotate(ctx(world), first.refresh)
    thief = refresh_tokens.rotate(ctx(world), first.refresh)
    later(world)
    further = refresh_tokens.rotate(ctx(world), thief.refresh)
    later(world)
    refused(world, holder.refresh)
    refused(world, further.refresh)
    assert not any(is_good(world, pair.access) for pair in (holder, thief, further))


def test_two_at_once_make_one_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, rotate, others = begun(world), rows.rotate, []

    def late(*given: object) -> None:
        monkeypatch.setattr(rows, "rotate", rotate)
        others.append(refresh_tokens.rotate(ctx(world), first.refresh))
        rotate(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(rows, "rotate", late)
    mine = refresh_tokens.rotate(ctx(world), first.refresh)
    assert [other.refresh for other in others] == [mine.refresh]
    later(world)
    refresh_tokens.rotate(ctx(world), mine.refresh)


def test_what_is_issued_while_a_login_ends_has_ended_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, rotate = begun(world), rows.rotate
    second = refresh_tokens.rotate(ctx(world), first.refresh)
    later(world)

    def late(*given: object) -> None:
        monkeypatch.setattr(rows, "rotate", rotate)
        refused(world, first.refresh)
        rotate(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(rows, "rotate", late)
    third = refresh_tokens.rotate(ctx(world), second.refresh)
    assert not is_good(world, third.access)
    refused(world, third.refresh)


def test_a_new_password_ends_what_a_refresh_token_has_brought(world: World) -> None:
    pair = refresh_tokens.rotate(ctx(world), begun(world).refresh)
    wanted = ChangePerson(old_password=passwords.wire(PASSWORD), new_password=passwords.wire("another one"))
    profiles.change(world.as_agent(), world.agents[0].id, wanted)
    cache.clear_all()
    assert not is_good(world, pair.access)
    refused(world, pair.refresh)
    fresh = refresh_tokens.issue_pair(ctx(world), logins.log_in_plain(ctx(world), world.agents[0].email, "another one")[1])
    assert tokens.check(ctx(world), refresh_tokens.rotate(ctx(world), fresh.refresh).access, tokens.ACCESS).token_version == 1


def test_the_next_one_is_not_to_be_had_from_what_is_stored_or_from_the_old_one(world: World) -> None:
    first = begun(world)
    following = refresh_tokens.rotate(ctx(world), first.refresh).refresh
    row = rows.get(ids.digest(first.refresh))
    assert row is not None and following.split(".")[0] not in str(row.serialize())
    assert ids.following(first.refresh, str(row.salt)) == following.split(".")[0] != ids.following(first.refresh, "")


def test_other_secrets_and_one_without_a_login_refresh_nothing(world: World) -> None:
    pair = begun(world)
    alone = tokens.issue(ctx(world), world.as_agent().caller, tokens.REFRESH, 60)
    for wrong in ("", "x", pair.access, alone, pair.refresh[:-1], pair.refresh.rpartition(".")[0], "é" * 3000):
        refused(world, wrong)
    assert is_good(world, pair.access)
    world.now += tokens.REFRESH_SECONDS * 1000
    refused(world, pair.refresh)


def test_a_refresh_takes_two_requests_in_either_case(world: World) -> None:
    first = begun(world)
    with counted() as sent:
        refresh_tokens.rotate(ctx(world), first.refresh)
    with counted() as again:
        refresh_tokens.rotate(ctx(world), first.refresh)
    assert (sent, again) == (["BatchGetItem", "TransactWriteItems"], ["BatchGetItem", "PutItem"])


def test_the_door_gives_and_takes_them(world: World) -> None:
    told = world.form("/oauth/token", grant_type="password", email=world.agents[0].email, password=PASSWORD).body
    used = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    again = world.form("/oauth/token", **used)
    assert again.status == 200 and again.body["refresh_token"] != told["refresh_token"]
    later(world)
    assert world.form("/oauth/token", **used).status == 401
    headers = {"Authorization": f"Bearer {again.body['access_token']}"}
    assert world.call("GET", "/api/v3/anytime/autoClose", **headers).status == 401
