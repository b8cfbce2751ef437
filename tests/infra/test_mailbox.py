"""Mail of `make run`: files that are what was sent."""

import base64
import email
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from chalicelib.rules.mail_building import Outgoing, build
from infra.mailbox import Mailbox


def test_a_mail_is_a_file_of_its_own_with_all_that_was_sent(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path / "mail")
    parse = mailbox.noting(len)
    for text in ("a link: https://x.example/?code=" + "a" * 100, "密码"):
        raw = build(
            Outgoing(
                sender="Desk <desk@demo.example>",
                to=("ada@demo.example",),
                subject="新密码",
                text=text,
                html=f"<p>{text}</p>",
                message_id="a@b.example",
                files=(("a.bin", "application/octet-stream", b"\0\1"),),
                is_automatic=True,
            )
        )
        parse(base64.b64encode(raw).decode())
        mailbox.append({"Timestamp": 1.5})
    files = sorted((tmp_path / "mail").iterdir())
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600] * 2
    message = email.message_from_bytes(files[1].read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    assert (message["To"], message["Subject"]) == ("ada@demo.example", "新密码")
    assert (message["Auto-Submitted"], message["Date"]) == ("auto-generated", "Thu, 01 Jan 1970 00:00:01 +0000")
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    assert [body and str(body.get_content()).strip() for body in bodies] == ["密码", "<p>密码</p>"]
    assert [part.get_content() for part in message.iter_attachments()] == [b"\0\1"]
    assert len(mailbox) == 2 and "code=" + "a" * 100 in files[0].read_text().replace("=\n", "").replace("=3D", "=")
