"""Calls that succeed of Anytime's blocked senders and junk e-mails."""

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.context import SYSTEM
from chalicelib.desk.channels import blocked_senders, email_accounts, junk_emails, letters
from chalicelib.models import sequences
from tests.conformance.cases_settings import with_room
from tests.desk.channels.mails import mail, mailbox

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

_serial = itertools.count()
_BASE = "/api/v3/anytime"
_ONE = f"{_BASE}/junkEmails/{{id}}"


def blocked(scene: "Scene") -> str:
    """An address that is blocked."""
    with_room(scene, blocked_senders.SENDERS)
    address = f"spam{next(_serial)}@evil.example"
    return blocked_senders.block(scene.world.as_agent(), address, blocked_senders.JUNK_ADDRESS).email


def junk_email(scene: "Scene") -> int:
    """The id of a new junk e-mail with a file."""
    ctx = scene.world.ctx(SYSTEM)
    if scene.kept.get("mailbox") not in email_accounts.load(ctx):  # the cases of e-mail accounts make room
        scene.kept["mailbox"] = mailbox(scene.world, f"junk{next(_serial)}")
    made = mail(scene.kept["mailbox"], "Buy now!", sender="spam@evil.example")
    made.add_attachment(b"x", maintype="application", subtype="pdf", filename="x.pdf")
    raw, own = made.as_bytes(), email_accounts.load(ctx)[scene.kept["mailbox"]]
    number = sequences.next_number(ctx.account, "junk_email")
    junk_emails.keep(ctx, number, letters.open_(ctx, raw, letters.parse(raw, ""), [own.email], "", own))
    return number


#: What makes the thing that `{id}` of a path names.
IDS: "dict[str, Callable[[Scene], int]]" = {_ONE: junk_email, f"{_ONE}/notJunk": junk_email}
CASES: "dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]]" = {
    ("GET", f"{_BASE}/blockedSenders"): lambda scene, _: {"email": blocked(scene)},
    ("PUT", f"{_BASE}/blockedSenders"): lambda scene, _: {"email": blocked(scene), "blockType": "rejectEmail"},
    ("DELETE", f"{_BASE}/blockedSenders"): lambda scene, _: {"email": blocked(scene)},
    ("GET", f"{_BASE}/junkEmails"): lambda scene, _: {"keywords": "buy" if junk_email(scene) else ""},
    ("GET", _ONE): lambda scene, _: {},
    ("PUT", _ONE): lambda scene, _: {"isRead": True},
    ("POST", f"{_ONE}/notJunk"): lambda scene, _: {},
    ("DELETE", _ONE): lambda scene, _: {},
}
