"""Secrets: told once, stored as digests, good for who holds them and for so long."""

import pytest

from chalicelib.context import ADMIN, AGENT, VISITOR, Caller
from chalicelib.desk.auth import api_clients, logins, tokens
from chalicelib.desk.core.errors import NotAuthenticated
from chalicelib.desk.people import people
from chalicelib.models import tokens as rows
from chalicelib.models.tokens import Token
from chalicelib.rules import ids
from tests.world import PASSWORD, World


def test_a_secret_is_stored_as_its_digest_alone(world: World) -> None:
    secret = tokens.issue(world.ctx(ADMIN), Caller(world.account, AGENT), tokens.ACCESS, 60)
    row = rows.get(ids.digest(secret))
    assert row is not None
    assert secret not in str(row.serialize())
    assert tokens.check(world.ctx(ADMIN), secret, tokens.ACCESS).account == world.account


@pytest.mark.parametrize(("kind", "name"), [(tokens.REFRESH, None), (tokens.KEY, None), (tokens.ACCESS, "somebody")])
def test_a_secret_is_good_for_its_kind_and_name_alone(world: World, kind: str, name: str | None) -> None:
    secret = tokens.issue(world.ctx(ADMIN), Caller(world.account, AGENT), tokens.ACCESS, 60)
    with pytest.raises(NotAuthenticated):
        tokens.check(world.ctx(ADMIN), secret, kind, name=name)


def test_a_named_secret_wants_its_name_whatever_the_case(world: World) -> None:
    ctx = world.ctx(ADMIN)
    secret = tokens.issue(ctx, Caller(world.account, AGENT), tokens.KEY, None, name="Ada@Desk.test")
    assert tokens.check(ctx, secret, tokens.KEY, name="ada@desk.TEST").level == AGENT
    for name in (None, "", "ben@desk.test"):
        with pytest.raises(NotAuthenticated):
            tokens.check(ctx, secret, tokens.KEY, name=name)


def test_a_token_ends_on_the_second_even_where_it_is_known(world: World) -> None:
    secret = tokens.issue(world.ctx(ADMIN), Caller(world.account, AGENT), tokens.ACCESS, 30)
    world.now += 29_000
    tokens.check(world.ctx(ADMIN), secret, tokens.ACCESS)
    world.now += 1_000
    with pytest.raises(NotAuthenticated):
        tokens.check(world.ctx(ADMIN), secret, tokens.ACCESS)


def test_a_clients_key_alone_tells_whose_it_is_and_proves_nothing(world: World) -> None:
    key, secret = world.clients["PPCOM"]
    assert api_clients.find(world.ctx(ADMIN), key) == (world.account, "PPCOM")
    assert api_clients.check(world.ctx(ADMIN), key, secret).client == "PPCOM"
    for wrong in ((key, key), (secret, key), ("", secret), (world.clients["PPKEFU"][0], secret)):
        with pytest.raises(NotAuthenticated):
            api_clients.check(world.ctx(ADMIN), *wrong)
    with pytest.raises(NotAuthenticated):
        api_clients.find(world.ctx(ADMIN), secret)


def test_a_login_is_told_by_password_and_notes_its_time(world: World) -> None:
    ada = world.agents[0]
    person, caller = logins.log_in_plain(world.ctx(ADMIN), ada.email.upper(), PASSWORD)
    assert (person.id, caller.account, caller.level, caller.number) == (ada.id, world.account, AGENT, ada.number)
    assert people.get(world.ctx(ADMIN), ada.id).last_login_at == world.now
    for email, password in ((ada.email, "wrong"), (ada.email, ""), ("nobody@desk.test", PASSWORD), ("", "")):
        with pytest.raises(NotAuthenticated):
            logins.log_in_plain(world.ctx(ADMIN), email, password)


def visitors_token(world: World) -> Caller:
    secret = tokens.issue(world.ctx(ADMIN), Caller(world.account, VISITOR, client="PPCOM"), tokens.ACCESS, 3600)
    return tokens.check(world.ctx(ADMIN), secret, tokens.ACCESS)


def test_a_visitors_token_speaks_for_those_it_has_made_found_or_named(world: World) -> None:
    first, second = world.visitor(), world.visitor()
    ctx = world.ctx(VISITOR).acting(visitors_token(world))
    assert tokens.may_speak_for(ctx, first.id), "it has spoken for nobody yet: its client has renewed it"
    tokens.bind_to_visitor(ctx, first.id)
    assert tokens.may_speak_for(ctx, first.id)
    assert not tokens.may_speak_for(ctx, second.id)
    tokens.bind_to_visitor(ctx, second.id)
    assert tokens.may_speak_for(ctx, first.id) and tokens.may_speak_for(ctx, second.id)


def test_what_a_token_has_spoken_for_is_known_to_other_processes(world: World) -> None:
    first, second = world.visitor(), world.visitor()
    ctx = world.ctx(VISITOR).acting(visitors_token(world))
    tokens.bind_to_visitor(ctx, first.id)
    tokens._bound.clear()
    tokens._cache.clear()
    assert tokens.may_speak_for(ctx, first.id)
    assert not tokens.may_speak_for(ctx, second.id)


def test_a_token_that_has_gone_binds_nobody(world: World) -> None:
    ctx = world.ctx(VISITOR).acting(visitors_token(world))
    Token(ctx.caller.token).delete()
    with pytest.raises(NotAuthenticated):
        tokens.bind_to_visitor(ctx, world.visitor().id)
