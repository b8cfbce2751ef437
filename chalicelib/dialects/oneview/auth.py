"""OneView's credentials: an agent's bearer token, and X-Agent-ID for a supervisor's."""

from typing import Annotated

from msgspec import Meta

from chalicelib.context import ADMIN, AGENT, Caller, Context, stranger
from chalicelib.desk.auth import tokens
from chalicelib.desk.core.errors import Forbidden, NotAuthenticated, NotFound
from chalicelib.desk.people import people
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import Request

#: What X-Agent-ID says.
AgentEmail = Annotated[
    str, Meta(description="the e-mail of the agent that a supervisor, or an administrator's program, calls for")
]


def admit(request: Request, endpoint: Endpoint) -> Context:
    """Returns the agent who calls, or the agent that a supervisor calls for. Raises NotAuthenticated, Forbidden."""
    ctx = stranger(request.source)
    secret = request.credential("Bearer")
    if secret is None:
        raise NotAuthenticated
    caller = tokens.check(ctx, secret, tokens.ACCESS)
    named = request.headers.get("x-agent-id", "").strip()
    if not caller.at_least(AGENT) or (caller.person is None and not named):
        raise Forbidden("this needs an agent's token, or a supervisor's with X-Agent-ID")
    return _for_agent(ctx.acting(caller), named)


def _for_agent(ctx: Context, email: str) -> Context:
    if not email:
        return ctx
    try:
        agent = people.get_agent_by_email(ctx, email)
    except NotFound as missing:
        raise Forbidden("X-Agent-ID names no agent of yours") from missing
    if agent.id != ctx.caller.person and not ctx.caller.at_least(ADMIN):
        raise Forbidden("X-Agent-ID is a supervisor's to use")
    if not agent.is_active:
        raise Forbidden("X-Agent-ID names an agent who is switched off")
    return ctx.acting(Caller(ctx.account, ctx.caller.level, agent.id, agent.number, ctx.caller.client))
