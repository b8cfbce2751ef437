"""The desk keeps no text of any length, whoever calls it: each that it stores has a limit, and nothing is stored beyond it."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import fields

from chalicelib.context import ADMIN, VISITOR, Context
from chalicelib.desk.accounts import accounts, canned_replies
from chalicelib.desk.conversations import files, group_chats, messages, updates
from chalicelib.desk.core.errors import Forbidden, Invalid, NotAuthenticated, NotFound
from chalicelib.desk.people import devices, profiles, registration
from chalicelib.desk.people.registration import CreateAgent, CreateContact
from chalicelib.desk.teams import domains, groups
from tests import hostile
from tests.world import World

LONG = "x" * 70_000
Use = Callable[[Context, World, str], Any]


def _post(ctx: Context, world: World, **given: Any) -> Any:
    return messages.post(ctx, messages.PostMessage(**{"conversation": world.account, "body": "a", **given}))


#: By what is stored, the use case that stores a text of it.
USES: dict[str, Use] = {
    "an agent's email": lambda ctx, _, text: registration.create_agent(ctx, CreateAgent(f"{text}@b.example", "a", None)),
    "an agent's domain": lambda ctx, _, text: registration.create_agent(ctx, CreateAgent(f"a@{text}.example", "a", None)),
    "an agent's name": lambda ctx, _, text: registration.create_agent(ctx, CreateAgent("a@b.example", text, None)),
    "an agent's password": lambda ctx, _, text: registration.create_agent(ctx, CreateAgent("a@b.example", "a", text)),
    "an agent's language": lambda ctx, _, text: registration.create_agent(
        ctx, CreateAgent("a@b.example", "a", None, language=text)
    ),
    "a contact's email": lambda ctx, _, text: registration.create_contact(ctx, CreateContact(f"{text}@b.example", "a")),
    "a contact's name": lambda ctx, _, text: registration.create_contact(ctx, CreateContact("a@b.example", text)),
    "a contact's icon": lambda ctx, _, text: registration.create_contact(ctx, CreateContact("a@b.example", "a", text)),
    "a contact's language": lambda ctx, _, text: registration.create_contact(
        ctx, CreateContact("a@b.example", "a", language=text)
    ),
    "a contact's password": lambda ctx, _, text: registration.create_contact(
        ctx, CreateContact("a@b.example", "a", password=text)
    ),
    "the name of a contact who comes": lambda ctx, _, text: registration.get_or_create_contact(ctx, "new@b.example", text, None),
    "the icon of a contact who comes": lambda ctx, _, text: registration.get_or_create_contact(ctx, "new@b.example", None, text),
    "a trace": lambda ctx, _, text: registration.get_or_create_visitor(ctx, text),
    "a domain's host": lambda ctx, _, text: domains.register(ctx, f"{text}.example", "a@b.example"),
    "a domain's email": lambda ctx, _, text: domains.register(ctx, "a.example", f"{text}@b.example"),
    "a device": lambda ctx, world, text: devices.register(ctx, world.agents[0].id, text, "IOS"),
    "a group": lambda ctx, _, text: groups.create(ctx, text, groups.Change()),
    "a canned question": lambda ctx, _, text: canned_replies.add(ctx, text, "a"),
    "a canned answer": lambda ctx, _, text: canned_replies.add(ctx, "a", text),
    "a group of canned replies": lambda ctx, _, text: canned_replies.add_group(ctx, text),
    "a text for a message": lambda ctx, _, text: files.upload_text(ctx, text),
    "a message": lambda ctx, world, text: _post(ctx, world, body=text),
    "a message's HTML": lambda ctx, world, text: _post(ctx, world, html_body=text),
    "a message's subject": lambda ctx, world, text: _post(ctx, world, subject=text),
    "a message's device": lambda ctx, world, text: _post(ctx, world, device=text),
    "a message's id": lambda ctx, world, text: _post(ctx, world, id=text),
    "a conversation's name": lambda ctx, world, text: group_chats.create(
        ctx, group_chats.CreateConversation(world.agents[0].id, (world.agents[1].id,), name=text, internal=True)
    ),
    "a subject": lambda ctx, world, text: updates.change(ctx, world.account, updates.Change(subject=text)),
    "a fact": lambda ctx, world, text: updates.change(ctx, world.account, updates.Change(metadata={"ccr": text})),
    "a word for a presence": lambda ctx, _, text: accounts.change(ctx, accounts.Change(status_aliases={text: "away"})),
}


#: A new group's name is the first text above; a password that is shown is not kept.
_ELSEWHERE = {(groups.Change, "name"), (profiles.ChangePerson, "old_password")}


def _of_change(kind: Any, use: Callable[[Context, World, Any], Any]) -> dict[str, Use]:
    """A use of each text that a change can have."""

    def of_field(name: str) -> Use:
        return lambda ctx, world, text: use(ctx, world, kind(**{name: text}))

    texts = [one.name for one in fields(kind) if one.type == str | None and (kind, one.name) not in _ELSEWHERE]
    return {f"{kind.__module__}: {name}": of_field(name) for name in texts}


USES |= _of_change(accounts.Change, lambda ctx, _, change: accounts.change(ctx, change))
USES |= _of_change(groups.Change, lambda ctx, _, change: groups.create(ctx, "a", change))
USES |= _of_change(profiles.ChangePerson, lambda ctx, world, change: profiles.change(ctx, world.agents[0].id, change))
USES |= _of_change(devices.Details, lambda ctx, world, change: devices.record_use(ctx, world.agents[0].id, "a device", change))
USES |= _of_change(domains.Change, lambda ctx, _, change: domains.change(ctx, "a.example", change))


def test_every_change_has_texts_that_are_tried() -> None:
    assert len(USES) > 50


@pytest.mark.parametrize("what", USES)
def test_a_text_that_is_too_long_is_refused_and_never_sent_to_a_table(desk: World, what: str) -> None:
    ctx = desk.ctx(VISITOR if what == "a trace" else ADMIN, desk.owner)
    with hostile.watched() as sent, pytest.raises((Invalid, Forbidden, NotAuthenticated, NotFound)):
        USES[what](ctx, desk, LONG)
    assert sent.longest < 10_000


@pytest.fixture(scope="module")
def desk(aws: None) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        yield World(patch)
