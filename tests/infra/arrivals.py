"""All that mails that come can do, for the rights of the lambda behind them."""

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts
from chalicelib.desk.channels import blocked_senders, email_accounts
from chalicelib.desk.conversations import conversations, deletion, members, merging, updates
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core import rate_limits
from chalicelib.desk.people import contacts
from chalicelib.rules import reply_addresses
from tests.desk.channels.mails import bring, mail, mailbox
from tests.desk.channels.test_inbound import inbox
from tests.pictures import picture
from tests.world import World


def arrive(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mails that begin conversations and continue them, of all kinds of senders, with files; and one that is junk."""
    ours = World(monkeypatch, clock_of=world, name="arrivals", allocation=accounts.EVERYONE)
    agent, address = ours.as_agent(), mailbox(ours, "support", agent=ours.agents[0].number)
    first = mail(address, "First.", Cc="bob@other.example")
    first.add_attachment(picture(), maintype="image", subtype="png", filename="p.png")
    rate_limits.use("mails_from=10/60")
    bring(ours, first, address)
    rate_limits.use("off")
    number = int(inbox(ours)[0]["id"])
    conversation = conversations.id_by_number(agent, number)
    id_, back = str(first["Message-ID"]), reply_addresses.reply_address(email_accounts.reply_key(agent), address, number)
    members.change(ours.ctx(ADMIN), conversation, members.ChangeMembers(add=(ours.visitor().id,)))
    from_bob = mail(address, "From Bob.", sender="bob@other.example", In_Reply_To=id_)
    bring(ours, from_bob, address)
    bring(ours, mail(address, "A stranger.", sender="eve@evil.example", In_Reply_To=id_), address)
    updates.change(agent, conversation, Change(status="closed"))
    bring(ours, mail(back, "Back.", sender=ours.agents[0].email), back)
    bring(ours, mail(back, "Bounced.", sender="mailer-daemon@mx.example"), back, source="")
    world.now += 1_000  # it is the latest then
    other = mail(address, "Other.")
    bring(ours, other, address)
    source = conversations.id_by_number(agent, int(inbox(ours)[0]["id"]))
    merging.merge(agent, conversation, source)
    bring(ours, mail(address, "To what it was merged into.", In_Reply_To=str(other["Message-ID"])), address)
    blocked_senders.block(agent, "spam@evil.example", blocked_senders.JUNK_ADDRESS)
    junk = mail(address, "Junk.", sender="spam@evil.example")
    junk.add_attachment(b"x", maintype="application", subtype="pdf", filename="x.pdf")
    bring(ours, junk, address)
    contacts.create(ours.ctx(ADMIN, ours.owner), contacts.Change(name="Someone", email="someone@other.example"))
    bring(ours, mail(address, sender="someone@other.example"), address)
    deletion.delete(agent, conversation)
    bring(ours, from_bob, address)  # it comes a second time
    deletion.purge(agent, conversation)
    ours.settle()
