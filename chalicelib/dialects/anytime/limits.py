"""Anytime's limits: what an account may do how often, and what is left of it."""

from typing import Annotated

from chalicelib.context import AGENT, Context
from chalicelib.desk.core import limit_usage
from chalicelib.desk.core.limit_usage import ACCOUNT, ADDRESS, CALLER, SHOWN, TOKEN, Usage
from chalicelib.dialects.anytime.event_logs import camel
from chalicelib.dialects.anytime.shapes import BASE, Wire, moment
from chalicelib.dialects.bounds import Moment, one_of
from chalicelib.dialects.endpoint import Endpoint, Nothing


class Limit(Wire, kw_only=True):
    """A limit: `most` in `seconds`. `scope` says whose it is: the account's, the caller's, their token's, or their address's.

    `used` may lack `step` of each process that serves the account. `resetsAt` is null where nothing was counted lately.
    """

    name: Annotated[str, one_of(*map(camel, SHOWN))]
    description: str
    scope: Annotated[str, one_of(ACCOUNT, CALLER, TOKEN, ADDRESS)]
    most: int
    seconds: int
    step: int
    used: int
    left: int
    resets_at: Moment | None


class LimitList(Wire, kw_only=True):
    """Limits under their name."""

    limits: list[Limit]


def list_limits(ctx: Context, request: Nothing) -> LimitList:
    """`GET /limits`: what may be done how often, and what is left."""
    return LimitList(limits=[_show(usage) for usage in limit_usage.load(ctx)])


def _show(usage: Usage) -> Limit:
    return Limit(
        name=camel(usage.name),
        description=usage.what,
        scope=usage.scope,
        most=usage.most,
        seconds=usage.seconds,
        step=usage.step,
        used=usage.used,
        left=usage.left,
        resets_at=moment(usage.resets_at) if usage.resets_at else None,
    )


ROWS = [Endpoint("GET", f"{BASE}/limits", list_limits, AGENT)]
