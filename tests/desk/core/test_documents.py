"""Documents: one value of an account's, and the partitions in which all settings are read."""

import uuid

import msgspec
import pytest
from msgspec.structs import replace

from chalicelib.context import ADMIN, Caller, Context
from chalicelib.desk.core import documents
from chalicelib.desk.core.documents import Document
from chalicelib.desk.core.errors import Invalid
from tests.desk.core.kinds import meanwhile, published
from tests.lambdas import counted
from tests.streams_and_queues import START


class Hours(msgspec.Struct, frozen=True):
    """When somebody is there."""

    opens: int = 9
    closes: int = 17
    zone: str = "UTC"


HOURS = Document("hours", Hours)
DERIVED = Document("derived_hours", Hours, partition="hours", is_derived=True)


@pytest.fixture
def ctx(aws: None) -> Context:
    """A context of an account that has nothing yet."""
    return Context(Caller(str(uuid.uuid4()), ADMIN), now=START, pause=lambda _: None)


def test_a_value_is_its_type_s_defaults_until_it_is_set(ctx: Context) -> None:
    assert HOURS.load_fresh(ctx) == Hours()
    with counted() as sent:
        assert HOURS.change(ctx, lambda before: replace(before, opens=8)) == Hours(opens=8)
    # The query has the account, which a warm process knows; the message is for open consoles.
    assert sent == ["GetItem", "Query", "TransactWriteItems", "SendMessageBatch"]
    assert HOURS.load_fresh(ctx) == HOURS.of(documents.load(ctx, "hours")) == Hours(opens=8)
    assert HOURS.load_fresh(replace(ctx, caller=Caller(str(uuid.uuid4()), ADMIN))) == Hours()


def test_a_change_that_loses_a_race_is_made_again_on_what_is_there(ctx: Context) -> None:
    with meanwhile("get", [lambda: HOURS.change(ctx, lambda before: replace(before, opens=8))]):
        HOURS.change(ctx, lambda before: replace(before, closes=18))
    assert HOURS.load_fresh(ctx) == Hours(8, 18)


def test_a_change_is_known_at_once_and_told(ctx: Context) -> None:
    documents.load(ctx, "hours")
    with published() as told:
        HOURS.change(ctx, lambda before: replace(before, opens=8))
    assert [(type(event).__name__, event.account, getattr(event, "kind", None)) for event in told] == [
        ("SettingsChanged", ctx.account, "hours")
    ]
    assert HOURS.of(documents.load(ctx, "hours")) == Hours(opens=8)


def test_a_change_that_changes_nothing_is_neither_stored_nor_told(ctx: Context) -> None:
    HOURS.change(ctx, lambda before: replace(before, opens=8))
    documents.load(ctx, "hours")
    with counted() as sent:
        assert HOURS.change(ctx, lambda before: replace(before, opens=8)) == Hours(opens=8)
    assert sent == ["GetItem"]


def test_of_what_is_derived_from_other_settings_nobody_is_told(ctx: Context) -> None:
    documents.load(ctx, "hours")
    with counted() as sent:
        DERIVED.change(ctx, lambda before: replace(before, opens=8))
    assert sent == ["GetItem", "PutItem"]
    assert DERIVED.of(documents.load(ctx, "hours")) == Hours(opens=8)


def test_what_can_t_be_is_refused_by_name_and_not_stored(ctx: Context) -> None:
    with pytest.raises(Invalid, match="opens"):
        HOURS.change(ctx, lambda _: Hours(opens="early"))  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="zone"):
        HOURS.change(ctx, lambda _: Hours(zone="x" * 1025))
    assert HOURS.load_fresh(ctx) == Hours()
