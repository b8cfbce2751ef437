"""Canned replies: questions with the answers that agents give to them, in groups."""

from html import escape

import msgspec
from msgspec import UnsetType
from msgspec.structs import replace

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.core import access, documents
from chalicelib.desk.core.collections import Collection, Entry
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.rules import html as markup

#: Canned replies and groups of them that an account may have together, and characters of an answer's HTML.
MOST, LONGEST_HTML = 2000, 20_000


class ReplyGroup(Entry, frozen=True, kw_only=True):
    """A named group of canned replies."""

    name: str


class Reply(Entry, frozen=True, kw_only=True):
    """A canned reply. `group` is None if it is in none, `html` if the answer was given as a text alone."""

    question: str
    answer: str
    group: str | None = None
    html: str | None = None


_REPLY, _GROUP = "canned_reply", "canned_reply_group"
_LONGEST = {"question": 500, "answer": 5000, "html": LONGEST_HTML}
REPLIES = Collection(_REPLY, Reply, most=MOST, longest=_LONGEST, counted_with=[_GROUP])
GROUPS = Collection(_GROUP, ReplyGroup, most=MOST, longest={"name": 500}, partition=_REPLY, counted_with=[_REPLY])


class Canned(msgspec.Struct, frozen=True):
    """All canned replies of an account and their groups, each in the order of creation."""

    replies: list[Reply]
    groups: list[ReplyGroup]

    def group(self, group: str) -> ReplyGroup:
        """Returns one of the groups. Raises NotFound."""
        for found in self.groups:
            if found.id == group:
                return found
        raise NotFound("canned reply group", group)

    def of_group(self, group: str) -> list[Reply]:
        """Returns the replies of one group. Raises NotFound."""
        wanted = self.group(group)
        return [reply for reply in self.replies if reply.group == wanted.id]


@access.allow(AGENT)
def load(ctx: Context) -> Canned:
    """Returns the account's canned replies. One request for each MB of them. A reply of a removed group is in none."""
    partition = documents.read(ctx, _REPLY)
    groups, replies = GROUPS.of(partition), REPLIES.of(partition).values()
    return Canned([reply if reply.group in groups else replace(reply, group=None) for reply in replies], [*groups.values()])


@access.allow(AGENT)
def add(ctx: Context, question: str, answer: str, group: str | None = None) -> Reply:
    """Creates a canned reply. Two requests, three with a group. Raises Invalid, NotFound for the group."""
    own = GROUPS.get(ctx, group).id if group else None
    return REPLIES.create(ctx, {"question": question, "answer": answer, "group": own})


@access.allow(AGENT)
def get(ctx: Context, number: int) -> Reply:
    """Returns a canned reply by its number. One request where the process is warm. Raises NotFound."""
    return REPLIES.get_by_number(ctx, number)


@access.allow(AGENT)
def write(ctx: Context, question: str, answer: str | None, html: str | None, group: str | None = None) -> Reply:
    """Creates a canned reply whose answer is a text, HTML, or both: two requests, three with a group. Raises Invalid, NotFound
    for the group.
    """
    own = {"group": GROUPS.get(ctx, group).id} if group else {}
    return REPLIES.create(ctx, {"question": question, **own, **_answer(answer, html)})


@access.allow(AGENT)
def change(ctx: Context, number: int, question: str | UnsetType, answer: str | None, html: str | None) -> Reply:
    """Sets the question and the answer where they are given: three requests. Raises NotFound, Invalid."""
    patch: dict[str, str | None] = {} if isinstance(question, UnsetType) else {"question": question}
    patch |= _answer(answer, html) if answer or html else {}
    return REPLIES.change(ctx, get(ctx, number).id, patch)[1]


@access.allow(AGENT)
def remove_by_number(ctx: Context, number: int) -> None:
    """Removes a canned reply: three requests. Raises NotFound."""
    REPLIES.remove(ctx, get(ctx, number).id)


def html_of(reply: Reply) -> str:
    """Returns the answer as HTML: as it was given, else made of the text."""
    return reply.html or escape(reply.answer).replace("\n", "<br>")


def check(question: str, answer: str, html: str | None, group: str | None) -> None:
    """Raises Invalid for a canned reply that no account can have, or a bad name of its group."""
    own = {"id": "0", "number": 1, "created_at": 0, "updated_at": 0}
    REPLIES.schema.check({**own, "question": question, **{name: of for name, of in _answer(answer, html).items() if of}})
    if group is not None:
        GROUPS.schema.check({**own, "name": group})


def _answer(answer: str | None, html: str | None) -> dict[str, str | None]:
    """Returns what to store. A text alone takes the place of any HTML that was there."""
    if html and len(html) > LONGEST_HTML:
        raise Invalid("html", f"is longer than {LONGEST_HTML} characters")
    text = answer or markup.to_text(html or "")
    if html and not text:
        raise Invalid("html", "has no text")
    return {"answer": text, "html": html or None}


@access.allow(ADMIN)
def add_group(ctx: Context, name: str) -> ReplyGroup:
    """Creates a group without replies. Two requests. Raises Invalid."""
    return GROUPS.create(ctx, {"name": name})


@access.allow(AGENT)
def remove(ctx: Context, reply: str) -> None:
    """Removes a canned reply: two requests. Raises NotFound."""
    REPLIES.remove(ctx, reply)


@access.allow(ADMIN)
def remove_group(ctx: Context, group: str) -> None:
    """Removes a group. Its replies are in none from then on. Two requests. Raises NotFound."""
    GROUPS.remove(ctx, group)


@access.allow(ADMIN)
def move(ctx: Context, reply: str, group: str) -> None:
    """Moves a canned reply into a group: three requests. Raises NotFound for either."""
    REPLIES.change(ctx, reply, {"group": GROUPS.get(ctx, group).id})
