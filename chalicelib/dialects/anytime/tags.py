"""Anytime's tags. The document names them; their endpoints are those of other nouns."""

from collections.abc import Sequence

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.accounts import tags
from chalicelib.dialects.anytime.shapes import BASE, Wire
from chalicelib.dialects.bounds import Name, Number
from chalicelib.dialects.endpoint import Endpoint, Nothing


class Tag(Wire, kw_only=True):
    """A tag, and how many conversations have it, deleted ones aside."""

    id: int
    name: str
    conversation_count: int


class TagList(Wire, kw_only=True):
    """Tags under their name."""

    tags: list[Tag]


class WrappedTag(Wire, kw_only=True):
    """One tag under its name."""

    tag: Tag


class OneTag(Wire, kw_only=True):
    """A tag by its integer id."""

    id: Number


class MakeTag(Wire, kw_only=True):
    """`POST /tags`."""

    name: Name


class RenameTag(Wire, kw_only=True):
    """`PUT /tags/{id}`."""

    id: Number
    name: Name


def list_tags(ctx: Context, request: Nothing) -> TagList:
    """`GET /tags`: all tags."""
    return TagList(tags=_tags(ctx, tags.list_all(ctx)))


def get_tag(ctx: Context, request: OneTag) -> WrappedTag:
    """`GET /tags/{id}`: a tag."""
    return _one(ctx, tags.get(ctx, request.id))


def make_tag(ctx: Context, request: MakeTag) -> WrappedTag:
    """`POST /tags`: a new tag. 409 for a name that is used, whatever its case."""
    return _one(ctx, tags.create(ctx, request.name))


def rename_tag(ctx: Context, request: RenameTag) -> WrappedTag:
    """`PUT /tags/{id}`: gives a tag another name."""
    return _one(ctx, tags.rename(ctx, request.id, request.name))


def remove_tag(ctx: Context, request: OneTag) -> None:
    """`DELETE /tags/{id}`: removes a tag."""
    tags.remove(ctx, request.id)


def _one(ctx: Context, tag: tags.Tag) -> WrappedTag:
    return WrappedTag(tag=_tags(ctx, [tag])[0])


def _tags(ctx: Context, found: Sequence[tags.Tag]) -> list[Tag]:
    counts = tags.count_conversations(ctx, found)
    return [Tag(id=tag.number, name=tag.name, conversation_count=counts[tag.number]) for tag in found]


_PATH, _ONE = f"{BASE}/tags", f"{BASE}/tags/{{id}}"
ROWS = [
    Endpoint("GET", _PATH, list_tags, AGENT),
    Endpoint("POST", _PATH, make_tag, ADMIN),
    Endpoint("GET", _ONE, get_tag, AGENT),
    Endpoint("PUT", _ONE, rename_tag, ADMIN),
    Endpoint("DELETE", _ONE, remove_tag, ADMIN),
]
