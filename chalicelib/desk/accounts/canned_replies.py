"""Canned replies: questions with the answers that agents give to them, and the groups they are kept in."""

from dataclasses import asdict, dataclass, replace

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import settings
from chalicelib.models.settings import Setting
from chalicelib.rules import ids

_REPLY, _GROUP = "reply#", "reply_group#"
#: Canned replies and groups of them that an account may have together, and the longest texts in characters.
MOST, _LONGEST_NAME, _LONGEST_TEXT = 2000, 500, 5000


@dataclass(frozen=True, slots=True)
class ReplyGroup:
    """A named group of canned replies. Times are epoch milliseconds."""

    id: str
    name: str
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Reply:
    """A canned reply; `group` is None where it is in none."""

    id: str
    question: str
    answer: str
    created_at: int
    updated_at: int
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Canned:
    """All canned replies of an account and their groups, each in the order of their making."""

    replies: list[Reply]
    groups: list[ReplyGroup]

    def group(self, group: str) -> ReplyGroup:
        """One of the groups. Raises NotFound."""
        for found in self.groups:
            if found.id == group:
                return found
        raise NotFound("canned reply group", group)

    def of_group(self, group: str) -> list[Reply]:
        """The replies of one group. Raises NotFound."""
        wanted = self.group(group)
        return [reply for reply in self.replies if reply.group == wanted.id]


@access.allow(AGENT)
def load(ctx: Context) -> Canned:
    """The account's canned replies: a request for each MB of them. A reply of a group that is removed is in none."""
    rows = settings.load(_part(ctx))
    groups = [ReplyGroup(**row.document) for name, row in rows.items() if name.startswith(_GROUP)]
    there = {group.id for group in groups}
    replies = [Reply(**row.document) for name, row in rows.items() if name.startswith(_REPLY)]
    return Canned([reply if reply.group in there else replace(reply, group=None) for reply in replies], groups)


@access.allow(AGENT)
def add(ctx: Context, question: str, answer: str, group: str | None = None) -> Reply:
    """A new canned reply: two requests. Raises Invalid, NotFound for the group."""
    _check("question", question, _LONGEST_NAME)
    _check("answer", answer, _LONGEST_TEXT)
    known = _with_room(ctx)
    own = known.group(group).id if group else None
    reply = Reply(ctx.new_id(), question, answer, ctx.now, ctx.now, own)
    settings.put(Setting(_part(ctx), f"{_REPLY}{reply.id}"), asdict(reply))
    return reply


@access.allow(ADMIN)
def add_group(ctx: Context, name: str) -> ReplyGroup:
    """A new group without replies: two requests. Raises Invalid."""
    _check("name", name, _LONGEST_NAME)
    _with_room(ctx)
    group = ReplyGroup(ctx.new_id(), name, ctx.now, ctx.now)
    settings.put(Setting(_part(ctx), f"{_GROUP}{group.id}"), asdict(group))
    return group


@access.allow(AGENT)
def remove(ctx: Context, reply: str) -> None:
    """Removes a canned reply: two requests. Raises NotFound."""
    retry_on_conflict(ctx, lambda: settings.delete(_row(ctx, _REPLY, "canned reply", reply)))


@access.allow(ADMIN)
def remove_group(ctx: Context, group: str) -> None:
    """Removes a group, whose replies are in none from then on: two requests. Raises NotFound."""
    retry_on_conflict(ctx, lambda: settings.delete(_row(ctx, _GROUP, "canned reply group", group)))


@access.allow(ADMIN)
def move(ctx: Context, reply: str, group: str) -> None:
    """Moves a canned reply into a group: three requests. Raises NotFound for either."""

    def attempt() -> None:
        row = _row(ctx, _REPLY, "canned reply", reply)
        into = _row(ctx, _GROUP, "canned reply group", group).document["id"]
        settings.put(row, row.document | {"group": into, "updated_at": ctx.now})

    retry_on_conflict(ctx, attempt)


def _part(ctx: Context) -> str:
    return f"{ctx.account}#replies"


def _row(ctx: Context, prefix: str, kind: str, id_: str) -> Setting:
    row = settings.get(_part(ctx), f"{prefix}{id_}") if ids.is_uuid(id_) else None
    if row is None:
        raise NotFound(kind, id_)
    return row


def _with_room(ctx: Context) -> Canned:
    known = load(ctx)
    if len(known.replies) + len(known.groups) >= MOST:
        raise Invalid("canned replies", f"are {MOST} at most")
    return known


def _check(field: str, text: str, longest: int) -> None:
    if not 0 < len(text) <= longest:
        raise Invalid(field, f"must be 1 to {longest} characters")
