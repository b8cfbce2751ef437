"""Privacy: a contact with a thousand messages is exported and erased, an account is emptied, old conversations are removed."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from chalicelib import config
from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import updates
from chalicelib.desk.core.account_events import AccountEmptied, RetentionDue
from chalicelib.desk.people import owners
from chalicelib.desk.privacy import account_removal, retention
from chalicelib.models import conversations, messages, settings
from chalicelib.models.conversations import Conversation
from chalicelib.models.messages import Message
from chalicelib.rules import ids
from tests.bench import apart, rows
from tests.bench.aws import Bill, billed
from tests.bench.calls import TEXT, Call, Scene, entering
from tests.bench.figures import Report
from tests.desk.privacy import raw
from tests.visitors import Visitor
from tests.world import World

CALLS: list[Call] = []
call = entering(CALLS)
_BASE = "/api/v3/anytime"
_MESSAGES, _CHATS, _OF_EACH = 1_000, 20, 10
_A_DAY = 86_400_000


def measure(report: Report) -> None:
    """The bills."""
    apart.measure(report, CALLS)


def _long(scene: Scene, visitor: Visitor, size: int) -> Conversation:
    """Gives a visitor's conversation so many messages, as rows, and returns it."""
    account = scene.world.account
    visitor.say(TEXT)
    row = conversations.get(account, visitor.conversation)
    assert row and row.last_message
    (like,) = messages.get_many(account, row.id, [row.last_message]).values()
    rows.put("messages", (_another(like, at) for at in range(row.message_count + 1, size + 1)))
    row.update([Conversation.message_count.set(size)])
    scene.world.index()
    return row


def _another(like: Message, at: int) -> dict[str, Any]:
    row = Message.from_raw_data(like.serialize())
    row.id, row.sequence, row.public_sequence = ids.derived(like.id, str(at)), at, at
    return dict(row.serialize())


def _contact(scene: Scene, row: Conversation) -> str:
    return f"{_BASE}/contacts/{row.contact_number}"


@call("export of a contact with 1,000 messages", 25, "made at once, 3 MB at most")
def export(scene: Scene) -> Bill:
    row, owner = _long(scene, scene.visitor, _MESSAGES), scene.world.bearer(scene.world.owner)
    with billed() as bill:
        answer = scene.world.call("GET", f"{_contact(scene, row)}/export", **owner)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/zip"), answer
    return bill


def _until_done(world: World, is_done: Callable[[], bool]) -> None:
    """Does what is due, with its pauses, until all is done."""
    for _ in range(60):
        world.index()
        if is_done():
            return
        world.pass_(120)
    raise AssertionError("it does not end")


@call("erase a contact with 1,000 messages", 220, "from the call to the receipt, all jobs, twice through")
def erase(scene: Scene) -> Bill:
    world = scene.world
    row, owner = _long(scene, scene.visitor, _MESSAGES), world.bearer(world.owner)
    path = f"{_contact(scene, row)}/erase"
    with billed() as bill:
        assert world.call("POST", path, **owner).status == 200
        _until_done(world, lambda: _is_erased(world, path))
    assert not messages.between(world.account, row.id, 1, _MESSAGES, newest_first=True)
    return bill


def _is_erased(world: World, path: str) -> bool:
    """Whether the receipt says so, asked for with a new token because they last an hour; that is in the bill."""
    receipt = world.call("GET", path, **world.bearer(world.owner)).body["erasure"]
    return bool(receipt["completedTime"])


def _closed(scene: Scene) -> list[Conversation]:
    """Conversations of ten messages each, closed."""
    made = []
    for _ in range(_CHATS):
        visitor = scene.world.visitor()
        row = _long(scene, visitor, _OF_EACH)
        updates.close(scene.world.as_agent(), row.id)
        made.append(row)
    scene.world.index()
    return made


@call("retention, for each conversation of 10 messages", 40, "a day's run over 20 of them, and the job of each")
def retain(scene: Scene) -> Bill:
    world, made = scene.world, _closed(scene)
    ctx = world.ctx(ADMIN, world.owner)
    chain = retention.change(ctx, {"is_enabled": True, "closed_days": 1}).chain
    world.index()
    later = world.now + 2 * _A_DAY
    with billed() as bill:
        retention.run(replace(world.ctx(SYSTEM), now=later), RetentionDue(world.account, later, later, chain))
        world.index()
    assert not any(conversations.get(world.account, row.id) for row in made)
    bill.of = len(made)
    return bill


@call("empty an account, for each of its rows", 3, "an account with 20 conversations of 10 messages")
def empty(scene: Scene) -> Bill:
    world = scene.world
    _closed(scene)
    owners.close(world.ctx(ADMIN, world.owner), world.owner.id)
    world.index()
    world.now += config.EMPTIED_AFTER_DAYS * _A_DAY
    stored = _rows_of(world)
    with billed() as bill:
        account_removal.run(world.ctx(SYSTEM), AccountEmptied(world.account, world.now, world.now))
        _until_done(world, lambda: _is_emptied(world))
    assert stored > _CHATS * _OF_EACH > _rows_of(world)
    bill.of = stored
    return bill


def _is_emptied(world: World) -> bool:
    row = settings.get(world.account, accounts.NAME)
    return row is not None and "emptied_at" in row.document


def _rows_of(world: World) -> int:
    return sum(map(len, raw.of_account(world.account).values()))
