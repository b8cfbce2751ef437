"""Letters: a mail as it came for one account, with all that is known of its way."""

import hashlib
from collections.abc import Sequence
from functools import cached_property

import msgspec
from msgspec.structs import replace

from chalicelib.context import Context
from chalicelib.desk.channels import contents, correspondents, email_accounts
from chalicelib.desk.channels.contents import Content
from chalicelib.desk.channels.email_accounts import EmailAccount
from chalicelib.desk.conversations.composing import LONGEST_ADDRESSES
from chalicelib.rules import ids, mail_headers, mail_parsing, names, text
from chalicelib.rules.mail_parsing import Address, Mail

#: Headers by which, with its body, a mail is known when it comes again over another way.
_KNOWN_BY = ("message-id", "date", "from", "subject")
#: Why a mail from one of the account's own addresses is a machine's.
_OWN = "own address"
NO_SUBJECT = "(no subject)"


class Letter(msgspec.Struct, frozen=True, dict=True):
    """A mail that came for an account: its bytes, the addresses of ours that it came to, and where bounces go ("" for nowhere,
    None if that was not said). `own` is the e-mail account of the first address.
    """

    raw: bytes
    mail: Mail
    recipients: tuple[str, ...]
    return_path: str | None
    own: EmailAccount
    #: Stands for the mail when it comes again.
    digest: str

    @cached_property
    def sender(self) -> str:
        """The canonical address that it is from."""
        return correspondents.address_of(self.mail.sender, self.return_path)

    @cached_property
    def content(self) -> Content:
        """What is stored of it."""
        return contents.of(self.mail)

    @property
    def subject(self) -> str:
        """What it is about, as a conversation has it."""
        return names.one_line(self.mail.subject)[: mail_parsing.LONGEST_SUBJECT] or NO_SUBJECT

    @property
    def received_at(self) -> str:
        """The address of ours that got it."""
        return self.own.email

    def id_of(self, ctx: Context, *what: str) -> str:
        """Returns the uuid of something that it becomes, always the same one, which no client can take."""
        return ids.reserved(ctx.account, "mail", self.digest, *what)


def open_(ctx: Context, raw: bytes, mail: Mail, recipients: Sequence[str], return_path: str | None, own: EmailAccount) -> Letter:
    """Returns a mail as it came for the account of the context. No request where a warm process has its e-mail accounts."""
    letter = Letter(raw, mail, tuple(recipients), return_path, own, digest_of(raw, return_path))
    if not mail.automatic and letter.sender in email_accounts.load(ctx):
        return replace(letter, mail=replace(mail, automatic=_OWN))
    return letter


def digest_of(raw: bytes, return_path: str | None) -> str:
    """Returns a digest of a mail that stays the same whatever servers on its way write into its headers. A mail without a
    sender is known by its return path.
    """
    headers, body = mail_headers.split(raw)
    known_by = [headers.first(name) for name in _KNOWN_BY]
    if "from" not in headers:
        known_by.append(return_path or "")
    digest = hashlib.sha256("\x1f".join(known_by).encode(errors="surrogatepass"))
    digest.update(raw[body:].replace(b"\r\n", b"\n").rstrip())
    return digest.hexdigest()


def parse(raw: bytes, return_path: str | None) -> Mail:
    """Returns what a mail says."""
    return mail_parsing.parse(raw, return_path)


def header_of(addresses: Sequence[Address]) -> str:
    """Returns addresses as one text with commas between; beyond what a message has room for, the first of them."""
    shown = ", ".join(one.address or one.name for one in addresses)
    if len(shown.encode()) <= LONGEST_ADDRESSES:
        return shown
    return text.preview(shown, LONGEST_ADDRESSES).rpartition(",")[0]
