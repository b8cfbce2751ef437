"""All that the timers' function does about what is stored of people: exports, erasures, what is old, and a removed account."""

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.channels import blocked_senders
from chalicelib.desk.core import publishing
from chalicelib.desk.core.account_events import AccountEmptied, RetentionDue
from chalicelib.desk.people import owners
from chalicelib.desk.privacy import erasures, exports, retention
from tests.desk.channels import mails
from tests.world import World

_A_DAY = 86_400_000
BASE = "/api/v3/anytime"


def leave(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A contact with much data is exported and erased, then the account goes."""
    _fill(world)
    owner = world.bearer(world.owner)
    found = world.call("GET", f"{BASE}/contacts?keywords=leaving", **owner).body["contacts"]
    contact = next(one["id"] for one in found if one["email"] == "leaving@customer.example")
    world.count()
    monkeypatch.setattr(exports, "_MOST_BYTES", 10)
    monkeypatch.setattr(exports, "PAGES_AT_ONCE", 2)
    for _ in range(2):
        assert world.call("GET", f"{BASE}/contacts/{contact}/export", **owner).status in (200, 202)
        world.index()
    assert world.call("POST", f"{BASE}/contacts/{contact}/erase", **owner).status == 200
    world.index()
    for _ in range(3):
        world.pass_(erasures.HELD / 1000)
        world.index()
    retention.change(world.ctx(ADMIN), {"is_enabled": True, "closed_days": 1, "file_days": 1})
    world.now += 2 * _A_DAY
    chain = retention.load(world.ctx(ADMIN)).chain
    world.deliver("timers", publishing.encode(RetentionDue(world.account, world.now, world.now, chain)))
    world.index()
    owners.close(world.ctx(ADMIN, world.owner), world.owner.id)
    world.now += 40 * _A_DAY
    world.deliver("timers", publishing.encode(AccountEmptied(world.account, world.now, world.now)))
    for _ in range(60):
        world.pass_(120)
        world.index()


def _fill(world: World) -> None:
    """A mail with a file, one to others with a copy, junk, a device, an upload, an answer that is kept."""
    to, address = mails.mailbox(world, "leaving"), "leaving@customer.example"
    mail = mails.mail(to, "First", f"Leaving <{address}>")
    mail.add_attachment(b"words", maintype="text", subtype="plain", filename="a.txt")
    mails.bring(world, mail, to, source=address)
    copied = mails.mail(to, f"Copied to {address}", "Bob <bob@leaving.example>", Cc=address)
    mails.bring(world, copied, to, source="bob@leaving.example")
    for blocked in (address, "spam@leaving.example"):
        blocked_senders.block(world.ctx(ADMIN), blocked, blocked_senders.JUNK_ADDRESS)
        mails.bring(world, mails.mail(to, "Junk", f"<{blocked}>"), to, source=blocked)
    world.index()
    owner = world.bearer(world.owner)
    listed = world.call("GET", f"{BASE}/conversations", **owner).body["conversations"]
    for one in listed:
        world.call("PUT", f"{BASE}/conversations/{one['id']}", {"subject": f"About {address}"}, **owner)
    world.index()
    named = {"name": f"of {address}"}
    assert world.call("POST", f"{BASE}/contacts", named, Idempotency_Key="leaving", **owner).status == 200
