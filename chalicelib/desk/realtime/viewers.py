"""Viewers: which agents have a conversation open now. Nothing of the conversation itself changes with that."""

from typing import NamedTuple

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import conversations
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Forbidden
from chalicelib.desk.people import people
from chalicelib.desk.people.people import PersonView
from chalicelib.models import viewers

#: For how long an agent counts who has said that they have it open (milliseconds), and how many are shown.
SPAN, MOST = 60_000, 100


class Viewer(NamedTuple):
    """An agent, and when they last said so (epoch milliseconds)."""

    agent: PersonView
    seen_at: int


@access.allow(AGENT)
def list_all(ctx: Context, conversation_id: str) -> list[Viewer]:
    """Returns who has a conversation open, latest first, MOST at most. Two requests, and one for people that this process does
    not know. Raises NotFound.
    """
    conversation = conversations.load(ctx, conversation_id)
    seen = viewers.seen_since(ctx.account, conversation.id, ctx.now - SPAN, ctx.now)
    latest = sorted(seen.items(), key=lambda one: (-one[1], one[0]))[:MOST]
    views = people.load_views(ctx, [agent for agent, _ in latest])
    return [Viewer(views[agent], at) for agent, at in latest if agent in views]


@access.allow(AGENT)
def enter(ctx: Context, conversation_id: str) -> Viewer:
    """Notes that the caller has a conversation open. Two requests, as above. Raises NotFound, Forbidden for a program."""
    agent = ctx.caller.person
    if agent is None:
        raise Forbidden("only an agent has a conversation open")
    conversation = conversations.load(ctx, conversation_id)
    viewers.see(ctx.account, conversation.id, agent, ctx.now)
    return Viewer(people.load_view(ctx, agent), ctx.now)
