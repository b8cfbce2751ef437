"""All that mail to people can do, for the rights of the lambdas behind it."""

import pytest

from chalicelib import config
from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import members
from chalicelib.rules.triggers import RECEIVED
from tests.desk.automation.triggers import MAIL, email, trigger
from tests.desk.channels.mails import bring
from tests.desk.channels.scene import BASE, account, address, customer, reply, thread
from tests.desk.channels.test_delivery import BOUNCE, event_of_ses
from tests.desk.channels.test_email_accounts import code
from tests.mails import sent
from tests.rules.reports import OURS, POSTFIX
from tests.world import World


def mail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that is verified, a reply with a file that comes back and is sent again, and a trigger that mails a file."""
    ours = World(monkeypatch, clock_of=world, name="mail", allocation=accounts.EVERYONE)
    headers, path = ours.bearer(ours.owner), f"{BASE}/emailAccounts"
    with pytest.MonkeyPatch.context() as strict:
        strict.setattr(config, "TRUSTS_MAILBOXES", False)
        made = ours.call("POST", path, {"email": address(ours, "first"), "isDefault": False}, **headers).body["emailAccount"]
        ours.settle()
        verify = f"{path}/{made['id']}/verify"
        assert ours.call("PUT", verify, {}, **headers).status == 200
        ours.settle()
        assert ours.call("PUT", verify, {"code": code(made["email"])}, **headers).status == 200
    account(ours)
    file = ("bill.pdf", "application/pdf", b"%PDF")
    guids = [ours.form_data(f"{BASE}/attachments", headers, file=file).body["guid"] for _ in range(2)]
    own = ours.form_data(f"{BASE}/attachments", ours.bearer(), file=file).body["guid"]
    visitor, to = customer(ours)
    message = reply(ours, visitor, attachments=[{"guid": own}]).body["message"]
    ours.settle()
    ours.deliver("mail-events", event_of_ses(ours, visitor, "Bounce", **BOUNCE))
    again = f"{BASE}/conversations/{message['conversationId']}/messages/{message['id']}/resend"
    assert ours.call("PUT", again, **ours.bearer()).status == 200
    ours.settle()
    assert [len(one.files) for one in sent(to)] == [1, 1]
    back = POSTFIX.replace(OURS, str(sent(to)[-1].message["Message-ID"]).strip("<>"))
    bring(ours, back.encode(), address(ours), source="")
    assert "bounced" in [one.send_status for one in thread(ours, visitor)]
    found = trigger(ours, "file", RECEIVED, **MAIL, to_contact=True, shows_mail=True)
    changed = ours.call("PUT", f"{BASE}/triggers/{found.number}", {"attachments": guids}, **headers)
    assert changed.body["trigger"]["attachments"] == guids
    other = ours.visitor()
    to = email(ours, other)
    other.say("hello")
    ours.settle()
    members.change(ours.ctx(ADMIN), other.conversation, members.ChangeMembers(add=(ours.visitor().id,)))
    other.say("to both of you")
    ours.settle()
    assert [len(one.files) for one in sent(to)] == [2]
    assert ours.call("PUT", f"{BASE}/triggers/{found.number}", {"attachments": guids[:1]}, **headers).status == 200
    assert ours.call("DELETE", f"{BASE}/triggers/{found.number}", **headers).status == 200
    assert ours.call("DELETE", f"{path}/{made['id']}", **headers).status == 200
