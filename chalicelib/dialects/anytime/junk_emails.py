"""Anytime's junk e-mails: mails from blocked senders, for 30 days."""

import msgspec

from chalicelib.context import AGENT, Context
from chalicelib.desk.channels import inbound, junk_emails
from chalicelib.desk.channels.junk_emails import JunkEmail, JunkText, Wanted
from chalicelib.dialects.anytime import paging
from chalicelib.dialects.anytime.attachments import Attachment, show
from chalicelib.dialects.anytime.conversation_shapes import Conversation, show_all
from chalicelib.dialects.anytime.shapes import BASE, Wire, moment, read_moment
from chalicelib.dialects.bounds import Line, Moment, Name, Number
from chalicelib.dialects.endpoint import Endpoint

#: Characters of a body that lists have; one that is longer is shown whole by itself.
_IN_LIST = 20_000


class ListJunkEmails(paging.Paged, kw_only=True):
    """`GET /junkEmails`: those with all keywords, within a time."""

    keywords: Line = ""
    time_from: Name | None = None
    time_to: Name | None = None


class OneJunkEmail(Wire, kw_only=True):
    """A junk e-mail by its integer id."""

    id: Number


class MarkJunkEmail(Wire, kw_only=True):
    """`PUT /junkEmails/{id}`."""

    id: Number
    is_read: bool


class JunkEmailShown(Wire, kw_only=True):
    """A junk e-mail. `emailAccountId` is null where none is known."""

    id: int
    subject: str
    time: Moment
    name: str
    from_: str = msgspec.field(name="from")
    to: str
    cc: str
    html_body: str
    plain_body: str
    email_account_id: int | None
    is_read: bool
    attachments: list[Attachment]


class WrappedJunkEmail(Wire, kw_only=True):
    """One junk e-mail under its name."""

    junk_email: JunkEmailShown


class JunkEmailList(Wire, kw_only=True):
    """A page of junk e-mails, newest first, of the latest 2,000. Long bodies are shortened in a list."""

    junk_emails: list[JunkEmailShown]
    total: int
    previous_page: str | None
    next_page: str | None
    current_page: str


class WrappedConversation(Wire, kw_only=True):
    """A conversation under its name."""

    conversation: Conversation


def list_junk_emails(ctx: Context, request: ListJunkEmails) -> JunkEmailList:
    """`GET /junkEmails`: the latest first, 50 a page."""
    since, until = read_moment(request.time_from, "timeFrom", 0), read_moment(request.time_to, "timeTo", 0)
    page = junk_emails.page(ctx, Wanted(request.keywords, since, until), request.page_index)
    around = paging.addresses(_PATH, request, "" if page.has_more else None)
    return JunkEmailList(
        junk_emails=[_shown(row, texts, _IN_LIST) for row, texts in page.emails],
        total=page.total,
        previous_page=around.previous,
        next_page=around.next,
        current_page=around.current,
    )


def get_junk_email(ctx: Context, request: OneJunkEmail) -> WrappedJunkEmail:
    """`GET /junkEmails/{id}`: a junk e-mail."""
    return WrappedJunkEmail(junk_email=_shown(*junk_emails.get(ctx, request.id)))


def mark_junk_email(ctx: Context, request: MarkJunkEmail) -> WrappedJunkEmail:
    """`PUT /junkEmails/{id}`: it was read, or not."""
    return WrappedJunkEmail(junk_email=_shown(*junk_emails.mark(ctx, request.id, is_read=request.is_read)))


def restore_junk_email(ctx: Context, request: OneJunkEmail) -> WrappedConversation:
    """`POST /junkEmails/{id}/notJunk`: makes it a conversation, or a message of its thread, and returns that."""
    (shown,) = show_all(ctx, [inbound.restore(ctx, request.id)], set())
    return WrappedConversation(conversation=shown)


def remove_junk_email(ctx: Context, request: OneJunkEmail) -> None:
    """`DELETE /junkEmails/{id}`: removes a junk e-mail with its files."""
    junk_emails.remove(ctx, request.id)


def _shown(row: JunkEmail, texts: JunkText, most: int | None = None) -> JunkEmailShown:
    plain = texts.body[:most]
    return JunkEmailShown(
        id=row.number,
        subject=row.subject,
        time=moment(row.received_at),
        name=row.name,
        from_=row.sender,
        to=row.to,
        cc=row.cc,
        html_body=junk_emails.html_of(texts, most),
        plain_body=plain,
        email_account_id=row.email_account,
        is_read=row.is_read,
        attachments=[show(file.id, file.name, is_available=True) for file in texts.attachments or []],
    )


_PATH, _ONE = f"{BASE}/junkEmails", f"{BASE}/junkEmails/{{id}}"
ROWS = [
    Endpoint("GET", _PATH, list_junk_emails, AGENT),
    Endpoint("GET", _ONE, get_junk_email, AGENT),
    Endpoint("PUT", _ONE, mark_junk_email, AGENT),
    Endpoint("POST", f"{_ONE}/notJunk", restore_junk_email, AGENT),
    Endpoint("DELETE", _ONE, remove_junk_email, AGENT),
]
