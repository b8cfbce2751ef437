"""Two kinds of settings for tests of what all kinds have, and what tests of them need."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from msgspec import UNSET, UnsetType

from chalicelib.context import ADMIN, Caller, Context
from chalicelib.desk.core import events, publishing
from chalicelib.desk.core.collections import Collection, Entry
from chalicelib.models import settings as rows
from tests.streams_and_queues import START

#: Each has an account of its own.
few_examples = settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Tag(Entry, frozen=True, kw_only=True):
    name: str
    color: str = "grey"
    icon: str | None = None


class Change(msgspec.Struct, frozen=True):
    name: str | UnsetType = UNSET
    color: str | None | UnsetType = UNSET
    icon: str | None | UnsetType = UNSET


class Site(Entry, frozen=True, kw_only=True):
    host: str
    names: dict[str, str]


TAGS = Collection("tag", Tag, most=5, longest={"name": 10})
SITES = Collection("web_site", Site, most=5, key="host")


def new_account(now: int = START) -> Context:
    """A context of an account that has nothing yet."""
    return Context(Caller(str(uuid.uuid4()), ADMIN), now=now, pause=lambda _: None)


def names(ctx: Context) -> list[str]:
    """Names of the tags in their order, as stored, which is also what this process knows."""
    stored = TAGS.load_fresh(ctx)
    assert TAGS.load(ctx) == stored
    return [tag.name for tag in stored.values()]


def create(ctx: Context, *names: str) -> list[str]:
    """Ids of new tags."""
    return [TAGS.create(ctx, Change(name)).id for name in names]


@contextmanager
def meanwhile(read: str, rivals: Sequence[Callable[[], object]], schedule: Sequence[bool] = ()) -> Iterator[None]:
    """Lets each rival act once, between a read of the settings (`load` or `get`) and what the reader does then.

    A rival's own read lets the next one act before it. The schedule says at which reads somebody acts: at all, where it ends.
    """
    turns = iter(schedule)
    waiting = [*rivals]
    original = getattr(rows, read)

    def read_and_wait(*given: Any) -> Any:
        found = original(*given)
        if next(turns, True) and waiting:
            waiting.pop(0)()
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, read, read_and_wait)
        yield


@contextmanager
def published() -> Iterator[list[events.Event]]:
    """The events that are published meanwhile."""
    told: list[events.Event] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "publish", lambda batch, now: told.extend(batch))
        yield told
