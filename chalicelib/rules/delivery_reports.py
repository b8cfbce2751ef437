"""What a server's mail says of a mail of ours: that it came back, or that its recipient has complained of it.

As RFC 3464 and RFC 5965 have it, and as qmail and Exim write it: in words, with a copy of what they return.
"""

import re
from typing import NamedTuple

from chalicelib.rules import mail_headers, text
from chalicelib.rules.mail_headers import Headers
from chalicelib.rules.mail_parsing import Mail

_STATUS = ("message/delivery-status", "message/global-delivery-status")
_COMPLAINT = "message/feedback-report"
_RETURNED = ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers")
_BLANK = re.compile(rb"\r?\n[ \t]*\r?\n")
_ID = re.compile(r"<([^<>\s@]{1,200}@[^<>\s@]{1,200})>")
#: A line of qmail's about a recipient, and what is said of a mail that may still arrive.
_RECIPIENT = re.compile(r"^\s{0,4}<?([^<>\s@]{1,64}@[^<>\s@:]{1,190})>?:?\s*$", re.MULTILINE)
_LATER = re.compile(r"delay|warning|not yet|will (?:be )?(?:retr|tr)y|still (?:being|trying)", re.IGNORECASE)
#: Bytes of a part, characters of a text, and recipients and ids that are looked at.
_MOST_BYTES, _MOST_TEXT, _MOST, _LONGEST = 200_000, 200_000, 50, 500


class Report(NamedTuple):
    """What a report says: which addresses it is about, why (in the server's words), and whether another attempt may succeed."""

    is_complaint: bool
    recipients: tuple[str, ...]
    reason: str
    passes: bool


def read(mail: Mail, raw: bytes) -> Report | None:
    """Returns what a mail with these bytes tells of another one. None for a person's, and for a report that a mail is late, has
    arrived or was read.
    """
    if not mail.automatic:
        return None
    blocks = [block for part in mail.parts if part.mime in _STATUS for block in _blocks(part.data)]
    if blocks:
        return _by_blocks(blocks)
    if any(part.mime == _COMPLAINT for part in mail.parts):
        return Report(True, (), "", False)
    return _in_words(mail, mail_headers.split(raw)[0])


def ids(mail: Mail) -> list[str]:
    """Returns the Message-IDs that a machine's mail has of the mail that it is about, without < and >."""
    if not mail.automatic:
        return []
    found: list[str] = []
    for part in mail.parts:
        if part.mime in _RETURNED:
            returned, _ = mail_headers.split(part.data[:_MOST_BYTES])
            found += [*mail_headers.ids(returned, "message-id"), *reversed(mail_headers.ids(returned, "references"))]
    return (found or _ID.findall(mail.text[:_MOST_TEXT]))[:_MOST]


def _blocks(data: bytes) -> list[Headers]:
    return [mail_headers.split(block + b"\n")[0] for block in _BLANK.split(data[:_MOST_BYTES].strip(), _MOST)]


def _by_blocks(blocks: list[Headers]) -> Report | None:
    failed = [block for block in blocks if block.first("action", 50).strip().lower().startswith("failed")]
    if not failed:
        return None
    people = [block.first("final-recipient") or block.first("original-recipient") for block in failed]
    told = next((one for one in (block.first("diagnostic-code") or block.first("status") for block in failed) if one), "")
    passes = all(block.first("status", 20).strip().startswith("4") for block in failed)
    return Report(False, tuple(_plain(one) for one in people if one), _plain(told), passes)


def _plain(value: str) -> str:
    """Returns a value without the word before it that says what kind it is."""
    kind, sign, rest = value.partition(";")
    return mail_headers.line(rest if sign and " " not in kind.strip() else value, _LONGEST)


def _in_words(mail: Mail, headers: Headers) -> Report | None:
    """A report without a form: from a server, or one whose header names the addresses that it failed for."""
    named = headers.first("x-failed-recipients")
    if mail.automatic != "report" and not named:
        return None
    said = mail.text.split("\n---", 1)[0][:_MOST_TEXT]
    if "disposition-notification" in headers.first("content-type") or _LATER.search(f"{mail.subject}\n{said[:2_000]}"):
        return None
    recipient = _RECIPIENT.search(said)
    reason = said[recipient.end() :].strip() if recipient else said.strip()
    people = [one.strip() for one in named.split(",") if one.strip()] or ([recipient[1]] if recipient else [])
    return Report(False, tuple(people[:_MOST]), text.preview(" ".join(reason.split()), _LONGEST), False)
