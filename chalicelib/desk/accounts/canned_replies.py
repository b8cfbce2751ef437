"""Canned replies: questions with the answers that agents give to them, in groups."""

from dataclasses import dataclass, replace

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.core import access, documents
from chalicelib.desk.core.collections import Collection, Entry
from chalicelib.desk.core.errors import NotFound

#: Canned replies and groups of them that an account may have together.
MOST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyGroup(Entry):
    """A named group of canned replies."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Entry):
    """A canned reply. `group` is None if it is in none."""

    question: str
    answer: str
    group: str | None = None


_REPLY, _GROUP = "canned_reply", "canned_reply_group"
REPLIES = Collection(_REPLY, Reply, most=MOST, longest={"question": 500, "answer": 5000}, counted_with=[_GROUP])
GROUPS = Collection(_GROUP, ReplyGroup, most=MOST, longest={"name": 500}, partition=_REPLY, counted_with=[_REPLY])


@dataclass(frozen=True, slots=True)
class Canned:
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
