"""Anytime's blocked senders: addresses and domains whose mails are junk, or are refused."""

from typing import Annotated, Literal, get_args

from chalicelib.context import AGENT, Context
from chalicelib.desk.channels import blocked_senders
from chalicelib.desk.channels.blocked_senders import JUNK_ADDRESS, JUNK_DOMAIN, REJECT_ADDRESS, REJECT_DOMAIN
from chalicelib.desk.core.errors import Missing, NotFound
from chalicelib.dialects.anytime.shapes import BASE, Wire
from chalicelib.dialects.bounds import Email, one_of
from chalicelib.dialects.endpoint import Endpoint

BlockType = Literal["blockEmailasJunk", "rejectEmail", "blockDomainasJunk", "rejectDomain"]
_TYPES: dict[str, str] = {
    JUNK_ADDRESS: "blockEmailasJunk",
    REJECT_ADDRESS: "rejectEmail",
    JUNK_DOMAIN: "blockDomainasJunk",
    REJECT_DOMAIN: "rejectDomain",
}
_TYPE_OF = {theirs: ours for ours, theirs in _TYPES.items()}


class BlockedSender(Wire, kw_only=True):
    """An address or a domain, and how it is blocked."""

    email: str
    block_type: Annotated[str, one_of(*get_args(BlockType))]


class BlockedSenderList(Wire, kw_only=True):
    """Blocked senders under their name."""

    blocked_senders: list[BlockedSender]


class WrappedBlockedSender(Wire, kw_only=True):
    """One blocked sender under its name."""

    blocked_sender: BlockedSender


class ListBlockedSenders(Wire, kw_only=True):
    """`GET /blockedSenders`: all, or the one that is `email`."""

    email: Email = ""


class BlockSender(Wire, kw_only=True):
    """`PUT /blockedSenders`."""

    email: Email
    block_type: BlockType


class UnblockSender(Wire, kw_only=True):
    """`DELETE /blockedSenders`: an address or a domain, in the query or in the body."""

    email: Email = ""


def list_blocked_senders(ctx: Context, request: ListBlockedSenders) -> BlockedSenderList:
    """`GET /blockedSenders`: all blocked senders, in the order in which they were blocked."""
    return BlockedSenderList(blocked_senders=[_shown(one) for one in blocked_senders.list_all(ctx, request.email)])


def block_sender(ctx: Context, request: BlockSender) -> WrappedBlockedSender:
    """`PUT /blockedSenders`: blocks an address or a domain, or changes how it is blocked."""
    return WrappedBlockedSender(blocked_sender=_shown(blocked_senders.block(ctx, request.email, _TYPE_OF[request.block_type])))


def unblock_sender(ctx: Context, request: UnblockSender) -> None:
    """`DELETE /blockedSenders`: lets the mails of an address or a domain through again."""
    if not request.email.strip():
        raise Missing("email")
    blocked_senders.unblock(ctx, request.email)


def _shown(one: blocked_senders.BlockedSender) -> BlockedSender:
    return BlockedSender(email=one.email, block_type=_TYPES[one.block_type])


_PATH = f"{BASE}/blockedSenders"
ROWS = [
    Endpoint("GET", _PATH, list_blocked_senders, AGENT),
    Endpoint("PUT", _PATH, block_sender, AGENT),
    Endpoint("DELETE", _PATH, unblock_sender, AGENT, in_query=True, raises=(NotFound,)),
]
