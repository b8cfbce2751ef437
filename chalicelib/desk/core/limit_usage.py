"""Limit usage: the rate limits that count an account's work, and what is left of each."""

import msgspec

from chalicelib.context import AGENT, Context
from chalicelib.desk.core import access, rate_limits
from chalicelib.rules.rate_limits import network_of

#: What a limit counts: the whole account, the caller, the caller's token, or all who share the caller's address.
ACCOUNT, CALLER, TOKEN, ADDRESS = "account", "caller", "token", "address"
#: The limits that are shown, and what each counts. Others count visitors, strangers, and single addresses or sockets.
SHOWN = dict.fromkeys(["requests", "source_uploads"], ADDRESS) | {"token_requests": TOKEN}
SHOWN |= dict.fromkeys(["agent_conversations", "agent_messages", "uploads", "searches"], CALLER)
SHOWN |= dict.fromkeys(["account_visitors", "account_conversations", "account_messages", "account_uploads"], ACCOUNT)
SHOWN |= dict.fromkeys(["mails", "trigger_mails", "verifications", "account_mails"], ACCOUNT)
SHOWN |= dict.fromkeys(["replays", "exports", "erasures", "reports"], ACCOUNT)
#: Those that do not count programs.
_OF_PEOPLE = ("agent_messages", "uploads")


class Usage(msgspec.Struct, frozen=True):
    """A limit and what is used of it: at most `most` in `seconds`, counted exactly to `step` for each process.

    `resets_at` is when its window ends (epoch milliseconds), None where none runs.
    """

    name: str
    what: str
    scope: str
    most: int
    seconds: int
    step: int
    used: int
    resets_at: int | None

    @property
    def left(self) -> int:
        """How much of it may still be done before it resets."""
        return max(0, self.most - self.used)


@access.allow(AGENT)
def load(ctx: Context) -> list[Usage]:
    """Returns the limits that count what the caller and their account do. One request. A stage without limits has none."""
    limits = rate_limits.active()
    wanted = [(name, whose) for name in SHOWN if name in limits and (whose := _whose(ctx, name))]
    usages = zip(wanted, rate_limits.counted(ctx, wanted), strict=True)
    return [_usage(name, used, until) for (name, _), (used, until) in usages]


def _usage(name: str, used: int, until: int | None) -> Usage:
    limit, ends = rate_limits.active()[name], until * 1000 if until else None
    return Usage(name, limit.what, SHOWN[name], limit.most, limit.seconds, limit.step, used, ends)


def _whose(ctx: Context, name: str) -> str:
    """Returns the key that rate_limits counts a limit under; empty for a limit that does not count the caller."""
    caller = ctx.caller
    return {
        ACCOUNT: ctx.account,
        CALLER: rate_limits.by_account(ctx, caller.person or ("" if name in _OF_PEOPLE else caller.token)),
        TOKEN: caller.token,
        ADDRESS: network_of(ctx.source),
    }[SHOWN[name]]
