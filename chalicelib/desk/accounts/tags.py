"""Tags: words that agents sort conversations by. A name is used once in an account, whatever its case."""

from collections.abc import Sequence

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.core import access
from chalicelib.desk.core.collections import Collection, Entry
from chalicelib.desk.core.errors import Invalid
from chalicelib.models import labels

#: Tags of an account, and characters of a name.
MOST, LONGEST = 1000, 64
#: Tags of one conversation.
MOST_ON_ONE = 20


class Tag(Entry, frozen=True, kw_only=True):
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


def check(ctx: Context, numbers: Sequence[int]) -> tuple[int, ...]:
    """Returns a conversation's tags, each once. No request where a warm process knows them, else one. Raises Invalid."""
    wanted = tuple(dict.fromkeys(numbers))
    if len(wanted) > MOST_ON_ONE:
        raise Invalid("tag_numbers", f"are {MOST_ON_ONE} at most")
    for known in (TAGS.load, TAGS.load_fresh) if wanted else ():
        if set(wanted) <= {tag.number for tag in known(ctx).values()}:
            return wanted
    if wanted:
        raise Invalid("tag_numbers", "must be ids of tags")
    return wanted


def load_names(ctx: Context) -> dict[int, str]:
    """Returns the names of the account's tags by number, at most a minute old. Other numbers are not tags."""
    return {tag.number: tag.name for tag in TAGS.load(ctx).values()}


@access.allow(AGENT)
def count_conversations(ctx: Context, found: Sequence[Tag]) -> dict[int, int]:
    """Returns how many conversations, deleted ones aside, have each tag, by its number. One request for each hundred."""
    names = {labels.tag(tag.number): tag.number for tag in found}
    return {names[name]: count for name, count in labels.counts(ctx.account, [*names]).items()}


def _named(name: str) -> dict[str, str]:
    plain = name.strip()
    return {"name": plain, "key": plain.casefold()}
