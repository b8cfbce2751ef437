"""Tags: words that agents sort conversations by. A name is used once in an account, whatever its case."""

from dataclasses import dataclass

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.core import access
from chalicelib.desk.core.collections import Collection, Entry

#: Tags of an account, and characters of a name.
MOST, LONGEST = 1000, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag(Entry):
    """A tag. `key` is its name without case."""

    key: str
    name: str


TAGS = Collection("tag", Tag, most=MOST, longest={"name": LONGEST}, key="key")


@access.allow(AGENT)
def list_all(ctx: Context) -> list[Tag]:
    """Returns the account's tags in the order of creation. One request."""
    return [*TAGS.load_fresh(ctx).values()]


@access.allow(AGENT)
def get(ctx: Context, number: int) -> Tag:
    """Returns a tag by its number. One request where the process is warm. Raises NotFound."""
    return TAGS.get_by_number(ctx, number)


@access.allow(ADMIN)
def create(ctx: Context, name: str) -> Tag:
    """Creates a tag: two requests. Raises Exists for a name that is used, Invalid."""
    return TAGS.create(ctx, _named(name))


@access.allow(ADMIN)
def rename(ctx: Context, number: int, name: str) -> Tag:
    """Gives a tag another name: four requests. Raises NotFound, Exists for a name that is used, Invalid."""
    return TAGS.change(ctx, get(ctx, number).key, _named(name))[1]


@access.allow(ADMIN)
def remove(ctx: Context, number: int) -> None:
    """Removes a tag: three requests. Raises NotFound."""
    TAGS.remove(ctx, get(ctx, number).key)


def _named(name: str) -> dict[str, str]:
    plain = name.strip()
    return {"name": plain, "key": plain.casefold()}
