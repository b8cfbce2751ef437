"""Mail of `make run`: files that can be read."""

import email
from email.policy import default
from pathlib import Path

from infra.mailbox import Mailbox


def test_a_mail_is_a_file_of_its_own_that_its_owner_alone_reads(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path / "mail")
    sent = {"Source": "Desk <desk@demo.example>", "To": ["ada@demo.example"], "Subject": "新密码", "Timestamp": 1.5}
    for text in ("a link: https://x.example/?code=" + "a" * 100 + "\n", "密码\n"):
        mailbox.append({**sent, "BodyText": text})
    files = sorted((tmp_path / "mail").iterdir())
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600] * 2
    assert "code=" + "a" * 100 in files[0].read_text()
    message = email.message_from_bytes(files[1].read_bytes(), policy=default)
    assert (message["To"], message["Subject"], message.get_content()) == ("ada@demo.example", "新密码", "密码\n")
    assert len(mailbox) == 2
