"""Junk e-mails: mails from blocked senders, kept for 30 days so that an agent can find one that is none."""

from collections.abc import Sequence

import msgspec

from chalicelib.context import AGENT, Context
from chalicelib.desk.channels import email_accounts, letters, mail_files
from chalicelib.desk.channels.email_accounts import EmailAccount
from chalicelib.desk.channels.letters import Letter
from chalicelib.desk.conversations import files
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import junk_emails, storage
from chalicelib.models.files import OF_JUNK
from chalicelib.models.junk_emails import JunkEmail as JunkEmail
from chalicelib.models.junk_emails import JunkText as JunkText
from chalicelib.models.messages import attachment
from chalicelib.rules import html, text

#: Seconds for which one is kept, junk e-mails on a page, and the latest ones that lists look through.
KEPT, ON_PAGE, MOST = 30 * 86_400, 50, 2_000
#: Bytes of a header, and of the text, that lists have.
_HEADER, _PREVIEW = 1_000, 1_000


class Wanted(msgspec.Struct, frozen=True):
    """Which junk e-mails a list is of: those that have all words, and were received within a time (epoch milliseconds)."""

    keywords: str = ""
    since: int | None = None
    until: int | None = None


class Page(msgspec.Struct, frozen=True):
    """A page of junk e-mails with their texts, how many there are in all, and whether there are more behind it."""

    emails: Sequence[tuple[JunkEmail, JunkText]]
    total: int
    has_more: bool


@access.allow(AGENT)
def page(ctx: Context, wanted: Wanted, index: int) -> Page:
    """Returns a page of the latest junk e-mails, from 1, newest first. One request for each 500 that there are, and one."""
    found = [row for row in junk_emails.newest(ctx.account, MOST) if _is_there(ctx, row) and _is_wanted(row, wanted)]
    shown = found[(index - 1) * ON_PAGE : index * ON_PAGE]
    texts = junk_emails.texts(ctx.account, [row.number for row in shown])
    known = [(row, texts[row.number]) for row in shown if row.number in texts]
    return Page(known, len(found), len(found) > index * ON_PAGE)


def _is_wanted(row: JunkEmail, wanted: Wanted) -> bool:
    if wanted.since is not None and row.received_at < wanted.since:
        return False
    if wanted.until is not None and row.received_at > wanted.until:
        return False
    said = text.fold(" ".join([row.subject, row.name, row.sender, row.to, row.cc, row.preview]))
    return all(word in said for word in text.fold(wanted.keywords).split())


def _is_there(ctx: Context, row: JunkEmail) -> bool:
    return not (row.removed_at or row.conversation or row.expires_at <= ctx.now // 1000)


def find(ctx: Context, number: int) -> JunkEmail:
    """Returns a junk e-mail, also one that has become a conversation. One request. Raises NotFound."""
    row = junk_emails.get(ctx.account, number)
    if row is None or row.removed_at or row.expires_at <= ctx.now // 1000:
        raise NotFound("junk email", number)
    return row


def _present(ctx: Context, number: int) -> JunkEmail:
    row = find(ctx, number)
    if row.conversation:
        raise NotFound("junk email", number)
    return row


@access.allow(AGENT)
def get(ctx: Context, number: int) -> tuple[JunkEmail, JunkText]:
    """Returns a junk e-mail and its texts. Two requests. Raises NotFound."""
    row = _present(ctx, number)
    texts = junk_emails.texts(ctx.account, [number])
    if number not in texts:
        raise NotFound("junk email", number)
    return row, texts[number]


@access.allow(AGENT)
def mark(ctx: Context, number: int, *, is_read: bool) -> tuple[JunkEmail, JunkText]:
    """Notes whether a junk e-mail was read, and returns it. Three requests, two if that is known. Raises NotFound."""

    def attempt() -> tuple[JunkEmail, JunkText]:
        row, texts = get(ctx, number)
        if row.is_read != is_read:
            junk_emails.set_read(row, is_read=is_read)
            row.is_read = is_read
        return row, texts

    return retry_on_conflict(ctx, attempt)


@access.allow(AGENT)
def remove(ctx: Context, number: int) -> None:
    """Removes a junk e-mail with its files. Three requests, and for each file two or three. Raises NotFound."""
    row, texts = get(ctx, number)
    for file in files.get_of_junk([described.id for described in texts.attachments or []]):
        files.drop(file)
    storage.remove(row.mail_place)
    retry_on_conflict(ctx, lambda: junk_emails.remove(_present(ctx, number), ctx.now))


def html_of(texts: JunkText, most: int | None) -> str:
    """Returns the HTML of a junk e-mail: its own, unless it has more than `most` characters, else its text's beginning."""
    if texts.html_body and (most is None or len(texts.html_body) <= most):
        return texts.html_body
    return html.from_text(texts.body[:most])


def leave(ctx: Context, row: JunkEmail, conversation: str) -> None:
    """Notes that a junk e-mail has become a message of a conversation. One request."""
    retry_on_conflict(ctx, lambda: junk_emails.set_conversation(find(ctx, row.number), conversation))


def own_of(ctx: Context, row: JunkEmail) -> EmailAccount:
    """Returns the e-mail account that got a junk e-mail; where it was removed, the default. Raises NotFound for none."""
    known = email_accounts.load(ctx)
    found = next((one for one in known.values() if one.number == row.email_account), None) or email_accounts.default(ctx)
    if found is None:
        raise NotFound("email account", row.email_account or 0)
    return found


def keep(ctx: Context, number: int, letter: Letter) -> None:
    """Stores a mail as the junk e-mail with this number, unless it is. Two requests, for each file two, three for an image."""
    mail, content = letter.mail, letter.content
    row = JunkEmail(
        junk_emails.key(ctx.account),
        junk_emails.place(number),
        received_at=ctx.now,
        name=mail.sender.name[:256],
        sender=mail.sender.address or letter.sender,
        to=text.preview(letters.header_of(mail.to), _HEADER),
        cc=text.preview(letters.header_of(mail.cc), _HEADER),
        subject=letter.subject,
        preview=text.preview(content.body, _PREVIEW),
        email_account=letter.own.number,
        recipient=letter.recipients[0],
        return_path=letter.return_path,
        expires_at=ctx.now // 1000 + KEPT,
    )
    storage.put(row.mail_place, letter.raw, "message/rfc822")
    kept = mail_files.keep(ctx, letter, "junk", str(number), state=OF_JUNK, expires_at=row.expires_at)
    described = [attachment(file, file.name, None) for file in kept]
    shown = mail_files.html_with(letter, kept)
    body = "\n\n".join(part for part in (content.body, content.quote) if part)
    junk_emails.put(row, junk_emails.new_text(row, text.preview(body, 2 * text.MOST_BYTES), shown, described))
