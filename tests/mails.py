"""What moto's SES has taken, parsed by the standard library."""

import email
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from typing import Any

from moto.ses.models import ses_backends


@dataclass(frozen=True)
class Sent:
    """A mail: who gets it, its parsed form, and its bodies without the last line's end."""

    to: list[str]
    message: EmailMessage

    @property
    def subject(self) -> str:
        """Its subject."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """Its plain text."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """Its HTML, empty for none."""
        return self._body("html")

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()).replace("\r\n", "\n").removesuffix("\n") if part else ""

    @property
    def files(self) -> list[tuple[str | None, str, Any]]:
        """Name, type and bytes of its files."""
        return [
            (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
            for part in self.message.iter_attachments()
        ]


def sent(to: str | None = None) -> list[Sent]:
    """The mails that SES has taken, for one address if that is given."""
    taken = ses_backends["123456789012"]["us-east-1"].sent_messages
    found = [Sent(list(dict.fromkeys(one.destinations)), _parsed(one.raw_data)) for one in taken]
    return [one for one in found if to is None or to in one.to]


def _parsed(raw: str) -> EmailMessage:
    message = email.message_from_string(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message
