"""Anytime's active agents: who has a conversation open now."""

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import conversations
from chalicelib.desk.realtime import viewers
from chalicelib.desk.realtime.viewers import Viewer
from chalicelib.dialects.anytime.shapes import BASE, Wire, moment
from chalicelib.dialects.bounds import Moment, Number
from chalicelib.dialects.endpoint import Endpoint


class ViewedConversation(Wire, kw_only=True):
    """A conversation by its integer id."""

    id: Number


class ActivedAgent(Wire, kw_only=True):
    """An agent who has the conversation open."""

    id: int
    name: str
    last_seen_time: Moment


class ActivedAgentList(Wire, kw_only=True):
    """Agents who were seen within a minute, latest first."""

    actived_agents: list[ActivedAgent]


class WrappedActivedAgent(Wire, kw_only=True):
    """One of them under its name."""

    actived_agent: ActivedAgent


def _agent(viewer: Viewer) -> ActivedAgent:
    return ActivedAgent(id=viewer.agent.number, name=viewer.agent.name, last_seen_time=moment(viewer.seen_at))


def list_active(ctx: Context, request: ViewedConversation) -> ActivedAgentList:
    """`GET /conversations/{id}/activedAgents`: who has it open, seen within 60 seconds."""
    found = viewers.list_all(ctx, conversations.id_by_number(ctx, request.id))
    return ActivedAgentList(actived_agents=[_agent(viewer) for viewer in found])


def set_active(ctx: Context, request: ViewedConversation) -> WrappedActivedAgent:
    """`PUT /conversations/{id}/activedAgents`: says that the caller has it open; good for 60 seconds."""
    return WrappedActivedAgent(actived_agent=_agent(viewers.enter(ctx, conversations.id_by_number(ctx, request.id))))


_PATH = f"{BASE}/conversations/{{id}}/activedAgents"
ROWS = [Endpoint("GET", _PATH, list_active, AGENT), Endpoint("PUT", _PATH, set_active, AGENT)]
