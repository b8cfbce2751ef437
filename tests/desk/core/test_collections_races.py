"""Collections that several processes change: nothing is lost or comes twice, no bound is passed, and each learns of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib import config
from chalicelib.desk.core import documents
from chalicelib.desk.core.errors import Exists, Invalid, NotFound, Stale
from chalicelib.models import settings as rows
from tests.desk.core.kinds import SITES, TAGS, Change, create, few_examples, meanwhile, names, new_account
from tests.lambdas import counted

MINUTE = config.CACHE_SECONDS * 1000


def test_a_change_that_loses_a_race_is_made_again_on_what_is_there(aws: None) -> None:
    ctx = new_account()
    (id_,) = create(ctx, "a")
    with meanwhile("get", [lambda: TAGS.change(ctx, id_, Change(color="red"))]):
        TAGS.change(ctx, id_, Change(icon="star"))
    tag = TAGS.get(ctx, id_)
    assert (tag.color, tag.icon, tag.version) == ("red", "star", 3)


def test_a_version_that_is_not_the_present_one_is_stale_also_where_it_was_when_it_was_read(aws: None) -> None:
    ctx = new_account()
    (id_,) = create(ctx, "a")
    with meanwhile("get", [lambda: TAGS.change(ctx, id_, Change(color="red"))]), pytest.raises(Stale):
        TAGS.change(ctx, id_, Change(color="blue"), version=1)
    with pytest.raises(Stale):
        TAGS.remove(ctx, id_, version=1)
    assert TAGS.get(ctx, id_).color == "red"
    TAGS.remove(ctx, id_, version=2)
    assert names(ctx) == []


def test_who_changes_what_is_removed_meanwhile_does_not_bring_it_back(aws: None) -> None:
    ctx = new_account()
    (id_,) = create(ctx, "a")
    with meanwhile("get", [lambda: TAGS.remove(ctx, id_)]), pytest.raises(NotFound):
        TAGS.change(ctx, id_, Change(color="blue"))
    assert names(ctx) == []


@given(st.integers(0, 4), st.integers(2, 6), st.lists(st.booleans(), max_size=12))
@few_examples
def test_there_are_never_more_than_the_bound_however_many_are_created_at_once(
    aws: None, there: int, creators: int, schedule: list[bool]
) -> None:
    ctx, made, refused = new_account(), ["old"] * there, []
    create(ctx, *made)

    def act() -> None:
        try:
            create(ctx, "new")
            made.append("new")
        except Invalid as error:
            refused.append(error)

    with meanwhile("load", [act] * (creators - 1), schedule):
        act()
    stored = TAGS.load_fresh(ctx)
    assert [(tag.name, tag.number) for tag in stored.values()] == [(name, at) for at, name in enumerate(made, 1)]
    assert len(made) == min(TAGS.most, len(made) + len(refused))


def test_an_order_and_a_creation_at_the_same_moment_both_hold(aws: None) -> None:
    ctx = new_account()
    first, second = create(ctx, "a", "b")
    with meanwhile("load", [lambda: create(ctx, "c")]):
        TAGS.reorder(ctx, [second, first])
    with meanwhile("load", [lambda: TAGS.reorder(ctx, [first, second])]):
        create(ctx, "d")
    assert names(ctx) == ["a", "b", "c", "d"]
    with meanwhile("load", [lambda: TAGS.move(ctx, first, 1)]):
        TAGS.move(ctx, first, 2)
    assert names(ctx) == ["b", "c", "d", "a"]


def test_two_that_want_the_same_key_at_once_do_not_get_it_both(aws: None) -> None:
    ctx = new_account()
    SITES.create(ctx, {"host": "a.example", "names": {"en": "A"}})
    rival = lambda: SITES.create(ctx, {"host": "b.example", "names": {"en": "B"}})  # noqa: E731
    with meanwhile("get", [rival], [False, True]), pytest.raises(Exists):
        SITES.change(ctx, "a.example", {"host": "b.example"})
    with meanwhile("load", [lambda: SITES.create(ctx, {"host": "c.example", "names": {"en": "C"}})]), pytest.raises(Exists):
        SITES.create(ctx, {"host": "c.example", "names": {"en": "D"}})
    assert [(site.host, site.names["en"]) for site in SITES.load_fresh(ctx).values()] == [
        ("a.example", "A"),
        ("b.example", "B"),
        ("c.example", "C"),
    ]


def test_what_another_process_changes_is_seen_after_a_minute(aws: None) -> None:
    ctx = new_account()
    (id_,) = create(ctx, "a")
    TAGS.load(ctx)
    row = rows.get(f"{ctx.account}#tag", f"tag#{id_}")
    assert row
    rows.put(row, row.document | {"name": "b"}, [])
    shown = [TAGS.load(replace(ctx, now=ctx.now + after))[id_].name for after in (0, MINUTE - 1, MINUTE)]
    assert shown == ["a", "a", "b"]


def test_what_another_process_has_just_created_is_found_by_its_key(aws: None) -> None:
    ctx = new_account()
    known = documents.load(ctx, "tag")
    (id_,) = create(ctx, "a")
    documents._known.put(f"{ctx.account}#tag", known, ctx.now)
    assert id_ not in TAGS.load(ctx)
    assert TAGS.load_with(ctx, id_)[id_].name == TAGS.load(ctx)[id_].name == "a"
    with counted() as sent:
        TAGS.load_with(ctx, id_)
        TAGS.load_with(ctx, None)
    assert sent == []


def test_what_was_read_before_a_change_is_not_remembered_after_it(aws: None) -> None:
    ctx = new_account()
    with meanwhile("load", [lambda: create(ctx, "a")]):
        assert TAGS.load(ctx) == {}
    assert [tag.name for tag in TAGS.load(ctx).values()] == ["a"]


def test_one_that_another_process_has_made_moved_or_removed_is_found_by_its_number_or_not(aws: None) -> None:
    ctx = new_account()
    for host in ("a.example", "b.example"):
        SITES.create(ctx, {"host": host, "names": {"en": host}})
    known = documents.load(ctx, "web_site")
    SITES.change(ctx, "a.example", {"host": "c.example"})
    SITES.change(ctx, "b.example", {"host": "a.example"})
    made = SITES.create(ctx, {"host": "b.example", "names": {"en": "B"}})
    for number, host in ((1, "c.example"), (2, "a.example"), (made.number, "b.example")):
        documents._known.put(f"{ctx.account}#web_site", known, ctx.now)
        assert SITES.get_by_number(ctx, number).host == host
    SITES.remove(ctx, "a.example")
    documents._known.put(f"{ctx.account}#web_site", known, ctx.now)
    with pytest.raises(NotFound):
        SITES.get_by_number(ctx, 2)
