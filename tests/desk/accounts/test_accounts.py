"""Accounts: how one is loaded."""

import uuid

import pytest
from msgspec.structs import replace

from chalicelib.context import ADMIN, SYSTEM, Caller
from chalicelib.desk.accounts import accounts
from chalicelib.desk.core.errors import NotFound
from chalicelib.desk.people import owners
from chalicelib.desk.people.owners import NewAccount
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.dialects.ppmessage.auth import CLIENTS
from tests.world import World


def test_an_account_that_is_opened_after_it_was_asked_for_is_there_at_once(world: World) -> None:
    new = str(uuid.uuid4())
    ctx = replace(world.ctx(ADMIN), caller=Caller(new, SYSTEM))
    with pytest.raises(NotFound):
        accounts.load(ctx)
    owners.sign_up(ctx, CreateAgent("new@owner.test", "New Owner", None), NewAccount("new", CLIENTS, id=new))
    assert accounts.load(ctx).name == "new"
