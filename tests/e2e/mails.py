"""Mails that mean harm, and how they come to a desk."""

import smtplib
from email.message import EmailMessage
from pathlib import Path

from tests.e2e.consoles import ask
from tests.running import Desk
from tests.waiting import PATIENCE, until

#: Everything that a page could do to its reader, or ask of evil.example.
HOSTILE = Path(__file__).with_name("hostile.html").read_text()
#: What the desk keeps as a file, of which a page that is given it must stay usable too: ten thousand tags deep, and a megabyte.
HUGE = "<b>bold</b>" + "<div>" * 10_000 + "deep" + "</div>" * 10_000 + f"<p>{'long ' * 200_000}</p>"


def send(desk: Desk, subject: str, html: str) -> int:
    """Mails it to an address of the account's; the number of the conversation that it began."""
    host, _, port = desk.json["smtp"].partition(":")
    known = ask(desk, "GET", "emailAccounts", None, desk.json["owner"])["emailAccounts"]
    to = known[0]["email"] if known else "support@desk.example"
    if not known:
        ask(desk, "POST", "emailAccounts", {"email": to}, desk.json["owner"])
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "eve@evil.example", to, subject, f"<{subject}@evil.example>"
    mail.set_content(html, subtype="html", cte="quoted-printable")
    with smtplib.SMTP(host, int(port), timeout=PATIENCE) as client:
        client.send_message(mail)

    def found() -> int | None:
        listed = ask(desk, "GET", "conversations")["conversations"]
        return next((int(one["id"]) for one in listed if one["subject"] == subject), None)

    return until(found)
