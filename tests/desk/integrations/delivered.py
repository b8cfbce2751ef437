"""What agents do that webhooks are told of, and what becomes of the deliveries."""

from typing import Any

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import conversations
from chalicelib.desk.core import publishing
from chalicelib.desk.core.account_events import WebhookDue
from chalicelib.desk.integrations import deliveries
from chalicelib.desk.integrations.webhooks import Webhook
from tests.visitors import Visitor
from tests.world import World

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def number_of(world: World, visitor: Visitor) -> int:
    """The number of a visitor's conversation."""
    return conversations.load(world.ctx(ADMIN), visitor.conversation).number


def reply(world: World, visitor: Visitor, kind: str = "reply") -> None:
    """Posts a message of an agent."""
    path = f"/api/v3/anytime/conversations/{number_of(world, visitor)}/messages"
    assert world.call("POST", path, {"type": kind, "plainBody": "yes"}, **world.bearer()).status == 200


def put(world: World, visitor: Visitor, **fields: Any) -> None:
    """Changes a visitor's conversation as an agent."""
    path = f"/api/v3/anytime/conversations/{number_of(world, visitor)}"
    assert world.call("PUT", path, fields, **world.bearer()).status == 200


def later(world: World, seconds: float) -> None:
    """Moves the clock so far that the visitors' token has ended, of which there is another then."""
    world.now += int(seconds * 1000)
    world.tokens.clear()


def all_of(world: World, hook: Webhook) -> list[deliveries.Delivery]:
    """All deliveries of a webhook, page by page."""
    found, cursor = list[deliveries.Delivery](), None
    while True:
        page = deliveries.page(world.ctx(ADMIN), hook, "", cursor)
        found, cursor = found + page.deliveries, page.next
        if cursor is None:
            return found


def due(world: World, hook: str) -> str:
    """The event that has a webhook's deliveries made now."""
    return publishing.encode(WebhookDue(world.account, world.now, hook, world.now))
