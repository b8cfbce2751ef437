"""Who a visitors' token acts for: one contact however often it is told, with few requests."""

import uuid
from typing import Any

import pytest

from chalicelib.context import ADMIN, AGENT, STRANGER, VISITOR, Caller
from chalicelib.desk.accounts import accounts
from chalicelib.desk.accounts.accounts import Change
from chalicelib.desk.auth import tokens
from chalicelib.desk.core import cache
from chalicelib.desk.core.errors import Forbidden, Missing
from chalicelib.desk.people import identities, people, registration
from chalicelib.desk.people.identities import ClaimedIdentity
from chalicelib.models import unique_names
from chalicelib.rules import identities as rules
from infra import account, demo
from tests.lambdas import counted
from tests.world import World


def trust(world: World) -> None:
    accounts.change(world.ctx(ADMIN, world.owner), Change(trusts_addresses=True))


def test_new_accounts_trust_no_address(world: World) -> None:
    assert accounts.load(world.ctx(VISITOR)).trusts_addresses is False


def test_the_demo_account_trusts_addresses_as_the_vendors_did_and_one_of_the_command_does_not(world: World) -> None:
    made = {True: demo.create(), False: account.create("Shop", "Owner", "owner@shop.example", {})}
    for trusts, told in made.items():
        ctx = world.ctx(VISITOR).acting(Caller(told["account"]["app_uuid"], VISITOR))
        assert accounts.load(ctx).trusts_addresses is trusts


def test_two_at_once_with_one_user_id_are_one_contact(world: World) -> None:
    trust(world)
    ctx, find = world.as_visitor("a"), unique_names.find
    rivals: list[str] = []

    def late(scope: str, kind: str, name: str) -> unique_names.UniqueName | None:
        if kind == "user_id" and not rivals:
            rivals.append("")
            rivals[0] = identities.identify(ctx, ClaimedIdentity(user_id=name)).id
            return None
        return find(scope, kind, name)

    world.monkeypatch.setattr(unique_names, "find", late)
    assert identities.identify(ctx, ClaimedIdentity(user_id="7")).id == rivals[0]


def test_an_agent_s_address_is_nobody_else_s_whatever_else_is_said(world: World) -> None:
    ctx, secret = world.as_visitor("a"), identities.renew_secret(world.ctx(ADMIN, world.owner))
    signed = ClaimedIdentity(user_id="7", email=world.agents[0].email, signature=rules.signature(secret, "7"))
    with pytest.raises(Forbidden):
        identities.identify(ctx, signed)
    trust(world)
    for told in (signed, ClaimedIdentity(user_id="7", email=world.agents[0].email), ClaimedIdentity(email=world.agents[0].email)):
        with pytest.raises(Forbidden):
            identities.identify(ctx, told)


def test_the_same_again_writes_nothing(world: World) -> None:
    ctx, told = world.as_visitor("a"), ClaimedIdentity(user_id="7", email="cu@shop.test", name="Cu", mobile="1", company="Shop")
    first = identities.identify(ctx, told, "my browser")
    with counted() as sent:
        assert identities.identify(ctx, told, "my browser").id == first.id
    assert sent == ["GetItem"] * 3  # whether it is an agent's address, the trace, the contact


def test_a_signed_identity_takes_a_request_for_the_secret(world: World) -> None:
    ctx, secret = world.as_visitor("a"), identities.renew_secret(world.ctx(ADMIN, world.owner))
    told = ClaimedIdentity(user_id="7", signature=rules.signature(secret, "7"))
    first = identities.identify(ctx, told)
    with counted() as sent:
        assert identities.identify(ctx, told).id == first.id
    assert sent == ["GetItem"] * 3  # the secret, the user id, the contact


def test_a_token_speaks_only_for_the_contact_that_it_was_given(world: World) -> None:
    trust(world)
    ctx, stranger = world.as_visitor("a"), world.as_visitor("b")
    identities.identify(stranger, ClaimedIdentity(user_id="8"))
    first = identities.identify(ctx, ClaimedIdentity(user_id="7"))
    cache.clear_all()
    assert tokens.may_speak_for(ctx, first.id) and not tokens.may_speak_for(stranger, first.id)


def test_agents_see_the_note_at_once(world: World) -> None:
    ctx = world.as_visitor("a")
    own = registration.get_or_create_visitor(ctx, "my browser")
    assert people.load_view(world.as_agent(), own.id).name == registration.NAMELESS
    identities.identify(ctx, ClaimedIdentity(email="cu@shop.test"), "my browser")
    view = people.load_view(world.as_agent(), own.id)
    assert (view.name, view.email, view.email_is_verified) == ("cu", "cu@shop.test", False)


def test_who_says_nothing_is_the_contact_of_the_browser_and_without_one_nobody(world: World) -> None:
    ctx = world.as_visitor("a")
    nothing: list[dict[str, Any]] = [{}, {"user_id": "", "email": "", "name": ""}]
    for given in nothing:
        assert (
            identities.identify(ctx, ClaimedIdentity(**given), "my browser").id
            == registration.get_or_create_visitor(ctx, "my browser").id
        )
        with pytest.raises(Missing):
            identities.identify(ctx, ClaimedIdentity(**given))


def test_who_may_say_it_and_who_gets_the_secret(world: World) -> None:
    with pytest.raises(Forbidden):
        identities.identify(world.ctx(STRANGER), ClaimedIdentity(user_id="7"), str(uuid.uuid4()))
    for ctx in (world.ctx(ADMIN), world.ctx(ADMIN, world.agents[0]), world.ctx(AGENT, world.owner), world.ctx(VISITOR)):
        with pytest.raises(Forbidden):
            identities.renew_secret(ctx)
        with pytest.raises(Forbidden):
            accounts.change(ctx, Change(trusts_addresses=True))
