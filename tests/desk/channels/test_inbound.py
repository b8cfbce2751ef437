"""What becomes of a mail: a conversation, a message of its thread, once, with every line and file."""

import re
from typing import Any

from chalicelib.desk.channels import email_accounts
from chalicelib.rules import reply_addresses
from tests.desk.channels.mails import ANN, bring, mail, mailbox
from tests.pictures import picture
from tests.world import World


def inbox(world: World) -> list[dict[str, Any]]:
    """The conversations, latest first."""
    return list(world.call("GET", "/api/v3/anytime/conversations", **world.bearer()).body["conversations"])


def thread(world: World, number: int) -> list[dict[str, Any]]:
    return list(world.call("GET", f"/api/v3/anytime/conversations/{number}/messages", **world.bearer()).body["messages"])


def test_a_mail_begins_a_conversation(world: World) -> None:
    ours = mailbox(world)
    bring(world, mail(ours, Cc="Bob <bob@other.example>"), ours)
    (found,) = inbox(world)
    assert (found["channel"], found["receivedFrom"], found["subject"], found["status"]) == ("email", ours, "A question", "new")
    (said,) = thread(world, found["id"])
    assert (said["type"], said["source"], said["plainBody"].strip(), said["senderType"]) == (
        "email",
        "helpDesk",
        "It is broken.",
        "contact",
    )
    assert (said["from"], said["to"], said["cc"]) == (ANN, ours, "bob@other.example")
