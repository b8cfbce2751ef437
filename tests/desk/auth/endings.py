"""Whatever ends access, at a desk whose people have sockets open, and which of these close then."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.context import ADMIN, AGENT, Caller
from chalicelib.desk.auth import api_clients, tokens
from chalicelib.desk.people import agents, owners, profiles, recovery
from chalicelib.desk.people.profiles import ChangePerson
from chalicelib.desk.realtime import closing
from chalicelib.rules import passwords
from tests.e2e.test_sockets import device_of
from tests.visitors import Answer, Visitor
from tests.websockets import Socket
from tests.world import PASSWORD, World

NEW = passwords.wire("another password")


class Desk:
    """Sockets of one account, by whose they are and what opened them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.visitor, self.guest = world.visitor(), world.visitor()
        self.tokens = {
            "ada": world.token("PPKEFU", world.agents[0]),
            "ada elsewhere": world.token("PPKEFU", world.agents[0]),
            "ben": world.token("PPKEFU", world.agents[1]),
            "program as ada": self.of_client("THIRD_PARTY_KEFU"),
            "visitor": self.of_client("PPCOM"),
            "guest": world.token("PPCOM"),
        }
        self.sockets = {name: self.opened(name) for name in self.tokens}

    def of_client(self, label: str) -> str:
        key, secret = self.world.clients[label]
        given = {"grant_type": "client_credentials", "client_id": key, "client_secret": secret}
        return str(self.world.form("/ppauth/token", **given).body["access_token"])

    def opened(self, name: str) -> Socket:
        socket, token, at = Socket(), self.tokens[name], int(name == "ben")
        if name in ("visitor", "guest"):
            who: Visitor = getattr(self, name)
            assert socket.auth(self.world, who.id, who.device, token=token)["code"] == 0
        else:
            device = device_of(self.world, at)
            assert socket.auth(self.world, self.world.agents[at].id, device, "PPKEFU", token)["code"] == 0
        return socket

    @property
    def closed(self) -> set[str]:
        return {name for name, socket in self.sockets.items() if not socket.is_open}

    def as_(self, name: str) -> Any:
        ctx = self.world.ctx(ADMIN)
        return ctx.acting(tokens.check(ctx, self.tokens[name], tokens.ACCESS))

    def ask(self, endpoint: str, name: str, **given: Any) -> Answer:
        answer = self.world.call("POST", f"/api/{endpoint}", given, Authorization=f"OAuth {self.tokens[name]}")
        assert answer.body["error_code"] == 0, answer.body
        return answer


def own_password(desk: Desk) -> None:
    wanted = ChangePerson(old_password=passwords.wire(PASSWORD), new_password=NEW)
    profiles.change(desk.as_("ada"), desk.world.agents[0].id, wanted)


def password_by_an_admin(desk: Desk) -> None:
    wanted = ChangePerson(old_password=passwords.wire(PASSWORD), new_password=NEW)
    profiles.change(desk.world.ctx(ADMIN), desk.world.agents[0].id, wanted)


def password_by_mail(desk: Desk) -> None:
    ada = desk.world.agents[0]
    holder = Caller(desk.world.account, AGENT, ada.id, ada.number)
    code = tokens.issue(desk.world.ctx(ADMIN), holder, tokens.RESET, tokens.RESET_SECONDS)
    recovery.reset_password(desk.world.ctx(ADMIN), code, "another password")


def switched_off(desk: Desk) -> None:
    agents.set_active(desk.world.ctx(ADMIN), desk.world.agents[0].id, on=False)


def removed(desk: Desk) -> None:
    agents.remove(desk.world.ctx(ADMIN), desk.world.agents[0].id)


def contact_removed(desk: Desk) -> None:
    agents.remove(desk.world.ctx(ADMIN), desk.visitor.id)


def another_level(desk: Desk) -> None:
    profiles.change(desk.world.ctx(ADMIN, desk.world.owner), desk.world.agents[0].id, ChangePerson(level=ADMIN))


def account_closed(desk: Desk) -> None:
    owners.close(desk.world.ctx(ADMIN, desk.world.owner), desk.world.owner.id)


def widget_renewed(desk: Desk) -> None:
    api_clients.renew(desk.world.ctx(ADMIN, desk.world.owner), "PPCOM")


def program_renewed(desk: Desk) -> None:
    api_clients.renew(desk.world.ctx(ADMIN, desk.world.owner), "THIRD_PARTY_KEFU")


def logged_out(desk: Desk) -> None:
    ada = desk.world.agents[0].id
    desk.ask("PPKEFU_LOGOUT", "ada", app_uuid=desk.world.account, user_uuid=ada, device_uuid="none of theirs")


def logged_out_of_the_console(desk: Desk) -> None:
    closing.end_session(desk.as_("ada"), desk.world.agents[0].id)


def renamed(desk: Desk) -> None:
    profiles.change(desk.world.ctx(ADMIN), desk.world.agents[0].id, ChangePerson(name="Ada B."))


#: What ends access, and the sockets that close then. A program's socket, and a visitors' token, do not depend on a password.
ENDINGS: list[tuple[Callable[[Desk], None], set[str]]] = [
    (own_password, {"ada elsewhere"}),
    (password_by_an_admin, {"ada", "ada elsewhere"}),
    (password_by_mail, {"ada", "ada elsewhere"}),
    (switched_off, {"ada", "ada elsewhere", "program as ada"}),
    (removed, {"ada", "ada elsewhere", "program as ada"}),
    (contact_removed, {"visitor"}),
    (another_level, {"ada", "ada elsewhere", "program as ada"}),
    (account_closed, {"ada", "ada elsewhere", "ben", "program as ada", "visitor", "guest"}),
    (widget_renewed, {"visitor"}),
    (program_renewed, {"program as ada"}),
    (logged_out, {"ada"}),
    (logged_out_of_the_console, {"ada"}),
    (renamed, set()),
]
EACH = pytest.mark.parametrize(("end", "closing"), ENDINGS, ids=[end.__name__ for end, _ in ENDINGS])
