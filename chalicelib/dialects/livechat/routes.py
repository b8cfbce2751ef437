"""LiveChat's endpoint table."""

from chalicelib.context import AGENT, Context
from chalicelib.desk import people
from chalicelib.dialects.endpoint import Dialect, Endpoint, Nothing
from chalicelib.dialects.http import Cors
from chalicelib.dialects.livechat import auth, errors, mapping, wire

_BASE = "/auth/addon/live_chat"


def get_operator(ctx: Context, request: wire.OneOperator) -> wire.Operator:
    """`GET operator/get`: one operator and his presence."""
    return mapping.operator(people.agent_by_email(ctx, request.email))


def list_operators(ctx: Context, request: Nothing) -> list[wire.ListedOperator]:
    """`GET operator/list`: all operators and their presence."""
    return [mapping.listed(agent) for agent in people.agents(ctx)]


LIVECHAT = Dialect(
    name="LiveChat",
    admit=auth.admit,
    fail=errors.fail,
    wrap=errors.wrap,
    cors=Cors(methods="GET, POST, PUT, DELETE, OPTIONS", headers="Content-Type, Authorization, api_token, access_token"),
    endpoints=[
        Endpoint("GET", f"{_BASE}/operator/get", get_operator, AGENT),
        Endpoint("GET", f"{_BASE}/operator/list", list_operators, AGENT),
    ],
)
