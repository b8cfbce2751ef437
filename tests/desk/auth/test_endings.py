"""Ending access: which sockets close, that one left open hears nothing, and what else an ending reaches."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.context import ADMIN, AGENT
from chalicelib.desk.auth import api_clients, tokens
from chalicelib.desk.conversations import group_chats, members
from chalicelib.desk.core import cache, publishing
from chalicelib.desk.core.errors import NotAuthenticated
from chalicelib.desk.people import agents, owners, profiles
from chalicelib.desk.people.profiles import ChangePerson
from chalicelib.desk.realtime import closing, live
from chalicelib.models import connections, topics
from chalicelib.rules import passwords
from tests.desk.auth.endings import EACH, NEW, Desk, account_closed, own_password
from tests.desk.realtime.test_live import an_agent, listening
from tests.e2e.test_sockets import device_of, reply
from tests.lambdas import counted
from tests.websockets import Socket
from tests.world import PASSWORD, World


@EACH
def test_the_sockets_of_what_has_ended_close(world: World, end: Callable[[Desk], None], closing: set[str]) -> None:
    desk = Desk(world)
    world.settle()
    end(desk)
    world.settle()
    assert desk.closed == closing
    listed = {row.id for kind in connections.KINDS for row in _listed(world, kind)}
    assert listed == {socket.id for name, socket in desk.sockets.items() if name not in closing}


def _listed(world: World, kind: str) -> list[connections.Connection]:
    return list(connections.Connection.by_account.query(connections.listed(world.account, kind)))


@EACH
def test_a_socket_that_nothing_has_closed_hears_nothing_after_a_minute(
    world: World, end: Callable[[Desk], None], closing: set[str]
) -> None:
    desk = Desk(world)
    world.settle()
    persons = [world.agents[0].id, world.agents[1].id, desk.visitor.id, desk.guest.id]
    assert len(live.listeners(world.ctx(ADMIN), persons)) == len(desk.sockets)
    world.monkeypatch.setattr(publishing, "publish", lambda *_: None)
    end(desk)
    world.now += 60_000
    told = {each.connection for each in live.listeners(world.ctx(ADMIN), persons)}
    assert told == {socket.id for name, socket in desk.sockets.items() if name not in closing}
    assert desk.closed == closing, "who finds it closes it"


def test_an_owners_sockets_close_in_all_their_accounts(world: World) -> None:
    opened = owners.open_another(
        world.ctx(ADMIN, world.owner), world.owner.id, owners.NewAccount("Second", {"PPKEFU": AGENT}, frozenset())
    )
    here = topics.Listener("one", world.owner.id, "d", False, 2**40, False, "unknown", 0)
    topics.join(opened.account.id, world.owner.id, here, world.now)
    wanted = ChangePerson(old_password=passwords.wire(PASSWORD), new_password=NEW)
    profiles.change(world.ctx(ADMIN, world.owner), world.owner.id, wanted)
    world.settle()
    assert topics.listeners(opened.account.id, [world.owner.id], world.now)[world.owner.id] == []


def test_a_crowd_of_sockets_is_closed_a_page_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "MOST_AT_ONCE", 2)
    desk = Desk(world)
    desk.sockets |= {f"ada {count}": desk.opened("ada elsewhere") for count in range(4)}
    world.settle()
    noted = world.note_deliveries()
    own_password(desk)
    world.settle()
    assert len(desk.closed) == 5
    assert len([body for _, body in noted if "access.ended" in body]) == 3
    noted.clear()
    account_closed(desk)
    world.settle()
    assert len(desk.closed) == len(desk.sockets)
    assert len([body for _, body in noted if "access.ended" in body]) > 2


def test_closing_again_or_for_nobody_does_no_harm(world: World) -> None:
    desk = Desk(world)
    own_password(desk)
    noted = world.note_deliveries()
    world.settle()
    before = desk.closed
    for queue, body in [entry for entry in noted if "access.ended" in entry[1]] * 2:
        world.deliver(queue, body)
    assert desk.closed == before == {"ada elsewhere"}


def test_a_token_that_visitors_share_ends_for_the_one_who_was_removed(world: World) -> None:
    first, second = world.visitor(), world.visitor()
    sockets = [listening(world, first), listening(world, second)]
    agents.remove(world.ctx(ADMIN), first.id)
    cache.clear_all()
    watching = {"type": "typing_watch", "conversation_uuid": second.conversation}
    assert sockets[1].send(watching)["code"] == 0
    assert sockets[0].send(watching)["code"] == 8
    assert [socket.is_open for socket in sockets] == [False, True]


def test_who_acts_through_a_program_goes_on_after_being_switched_off_and_on(world: World) -> None:
    for on in (False, True):
        agents.set_active(world.ctx(ADMIN), world.agents[0].id, on=on)
    ada, token, socket = world.agents[0], world.token("THIRD_PARTY_KEFU"), Socket()
    assert socket.auth(world, ada.id, device_of(world), "THIRD_PARTY_KEFU", token)["code"] == 0
    world.settle()
    cache.clear_all()
    assert [each.connection for each in live.listeners(world.ctx(ADMIN), [ada.id])] == [socket.id]


def test_who_watches_typing_is_told_nothing_once_their_token_has_ended(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.visitor()
    world.settle()
    mine, theirs = listening(world, visitor), an_agent(world)
    assert theirs.send({"type": "typing_watch", "conversation_uuid": visitor.conversation})["code"] == 0
    agents.set_active(world.ctx(ADMIN), world.agents[0].id, on=False)
    cache.clear_all()
    before = len(theirs.received)
    mine.send({"type": "typing", "conversation_uuid": visitor.conversation})
    assert len(theirs.received) == before


def test_a_second_contact_learns_no_agents_address(world: World) -> None:
    world.online(world.agents[0])
    visitor, guest = world.visitor(), world.visitor()
    world.settle()
    found = group_chats.create(world.as_agent(), group_chats.CreateConversation(visitor.id, (world.agents[0].id,))).conversation
    members.change(world.as_agent(), found.id, members.ChangeMembers(add=(guest.id, world.agents[1].id)))
    sockets = [listening(world, visitor), listening(world, guest), an_agent(world, 1)]
    world.settle()
    path = "/api/PP_SEND_MESSAGE"
    assert (
        world.call("POST", path, _said(world, found.id), Authorization=f"OAuth {world.token('PPKEFU')}").body["error_code"] == 0
    )
    world.settle()
    senders = [socket.messages()[-1]["from_user"] for socket in sockets]
    assert [sender.get("user_email") for sender in senders] == [None, None, world.agents[0].email]


def _said(world: World, conversation: str) -> dict[str, Any]:
    ada = world.agents[0].id
    given = {"app_uuid": world.account, "conversation_uuid": conversation, "from_uuid": ada, "to_uuid": conversation}
    given |= {"uuid": "01900000-0000-7000-8000-0000000000aa", "from_type": "DU", "to_type": "CV", "message_type": "NOTI"}
    return given | {"message_subtype": "TEXT", "message_body": "hello both", "conversation_type": "P2S"}


def test_what_a_client_was_given_ends_with_its_secret_in_every_process(world: World) -> None:
    key, secret = world.clients["PPCONSOLE"]
    given = {"grant_type": "client_credentials", "client_id": key, "client_secret": secret}
    issued = world.form("/ppauth/token", **given).body["access_token"]
    others = [world.token("PPKEFU"), _of(world, "PPCOM"), world.token("PPCONSOLE")]
    ctx = world.ctx(ADMIN)
    for token in (issued, *others):
        tokens.check(ctx, token, tokens.ACCESS)
    fresh = api_clients.renew(world.ctx(ADMIN, world.owner), "PPCONSOLE")
    for forget in (lambda: None, cache.clear_all):
        forget()
        with pytest.raises(NotAuthenticated):
            tokens.check(ctx, issued, tokens.ACCESS)
        for token in others:
            tokens.check(ctx, token, tokens.ACCESS)
    again = world.form("/ppauth/token", **given | {"client_secret": str(fresh.secret)}).body["access_token"]
    api_clients.renew(world.ctx(ADMIN, world.owner), "PPCOM")
    cache.clear_all()
    assert tokens.check(ctx, again, tokens.ACCESS).client == "PPCONSOLE_BEFORE_LOGIN"
    with pytest.raises(NotAuthenticated):
        tokens.check(ctx, others[1], tokens.ACCESS)


def _of(world: World, label: str) -> str:
    key, secret = world.clients[label]
    given = {"grant_type": "client_credentials", "client_id": key, "client_secret": secret}
    return str(world.form("/ppauth/token", **given).body["access_token"])


def test_a_clients_ending_is_read_with_the_token(world: World) -> None:
    token = _of(world, "THIRD_PARTY_CONSOLE")
    api_clients.renew(world.ctx(ADMIN, world.owner), "THIRD_PARTY_KEFU")
    with counted() as sent:
        tokens.check(world.ctx(ADMIN), token, tokens.ACCESS)
    assert sent == ["BatchGetItem"]


def test_a_reply_still_reaches_who_goes_on(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.visitor()
    world.settle()
    socket = listening(world, visitor)
    for _ in range(3):
        world.now += 61_000
        reply(world, f"at {world.now}")
        world.settle()
    assert len(socket.messages()) == 3 and socket.is_open
