"""Collections: order, versions, patches, bounds, the cache and the event, once for all kinds."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from chalicelib.context import Context
from chalicelib.desk.core import collections
from chalicelib.desk.core.account_events import SettingsChanged
from chalicelib.desk.core.errors import Exists, Invalid, NotFound
from chalicelib.models import settings as rows
from tests.desk.core.kinds import SITES, TAGS, Change, create, few_examples, names, new_account, published
from tests.lambdas import counted

# --- what is kept


@dataclass
class Model:
    """Tags as a list keeps them: id, name, colour, icon, version."""

    kept: list[list[Any]]

    def create(self, ctx: Context, data: st.DataObject) -> None:
        if len(self.kept) < TAGS.most:
            name = data.draw(st.text("ab", min_size=1, max_size=3))
            self.kept.append([create(ctx, name)[0], name, "grey", None, 1])

    def change(self, ctx: Context, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.kept) - 1))
        patch = data.draw(st.builds(Change, st.sampled_from([UNSET, "x"]), *[st.sampled_from([UNSET, None, "", "red"])] * 2))
        id_, name, color, icon, version = self.kept[at]
        after = [
            id_,
            name if patch.name is UNSET else patch.name,
            color if patch.color is UNSET else patch.color or "grey",
            icon if patch.icon is UNSET else patch.icon or None,
        ]
        self.kept[at] = [*after, version + (after != self.kept[at][:4])]
        TAGS.change(ctx, id_, patch, version)

    def remove(self, ctx: Context, data: st.DataObject) -> None:
        TAGS.remove(ctx, self.kept.pop(data.draw(st.integers(0, len(self.kept) - 1)))[0])

    def reorder(self, ctx: Context, data: st.DataObject) -> None:
        first = data.draw(st.lists(st.sampled_from([tag[0] for tag in self.kept]), unique=True))
        self.kept.sort(key=lambda tag: first.index(tag[0]) if tag[0] in first else len(first))
        TAGS.reorder(ctx, first)

    def move(self, ctx: Context, data: st.DataObject) -> None:
        at, by = data.draw(st.integers(0, len(self.kept) - 1)), data.draw(st.integers(-2, 2))
        TAGS.move(ctx, self.kept[at][0], by)
        self.kept.insert(min(max(0, at + by), len(self.kept) - 1), self.kept.pop(at))

    def put_at(self, ctx: Context, data: st.DataObject) -> None:
        at, place = data.draw(st.integers(0, len(self.kept) - 1)), data.draw(st.integers(-1, 5))
        TAGS.put_at(ctx, self.kept[at][0], place)
        self.kept.insert(max(0, place - 1), self.kept.pop(at))


@given(st.lists(st.sampled_from(["create", "create", "change", "remove", "reorder", "move", "put_at"]), max_size=12), st.data())
@few_examples
def test_what_is_done_to_a_collection_is_what_a_list_would_hold(aws: None, acts: list[str], data: st.DataObject) -> None:
    ctx, model = new_account(), Model([])
    for act in acts:
        if act == "create" or model.kept:
            getattr(model, act)(ctx, data)
        stored = TAGS.load_fresh(ctx)
        assert [[tag.id, tag.name, tag.color, tag.icon, tag.version] for tag in stored.values()] == model.kept
        assert TAGS.load(ctx) == stored and list(stored) == [tag[0] for tag in model.kept]


def test_an_object_has_an_id_a_number_and_times(aws: None) -> None:
    ctx = new_account()
    made = TAGS.create(ctx, {"name": "a"})
    assert (made.number, made.created_at, made.updated_at, made.version) == (1, ctx.now, ctx.now, 1)
    later = replace(ctx, now=ctx.now + 5)
    before, after = TAGS.change(later, made.id, Change(color="red"))
    assert (before, after) == (made, replace(made, color="red", updated_at=later.now, version=2))
    assert TAGS.get(ctx, made.id) == after
    TAGS.remove(ctx, made.id)
    assert TAGS.create(ctx, {"name": "a"}).number == 2


def test_nothing_is_written_or_told_where_nothing_changes(aws: None) -> None:
    ctx = new_account()
    (id_,) = create(ctx, "a")
    with counted() as sent, published() as told:
        before, after = TAGS.change(ctx, id_, Change("a", "", None))
    assert (sent, told, before is after) == (["GetItem"], [], True)


def test_what_another_version_of_the_code_has_stored_stays_and_is_passed_over(aws: None) -> None:
    ctx = new_account()
    (id_,) = create(ctx, "a")
    row = rows.get(f"{ctx.account}#tag", f"tag#{id_}")
    assert row
    older = {name: value for name, value in row.document.items() if name != "color"}
    rows.put(row, older | {"shape": "round"}, [])
    assert TAGS.change(ctx, id_, Change("b"))[1].color == "grey"
    stored = rows.get(f"{ctx.account}#tag", f"tag#{id_}")
    assert stored and stored.document["shape"] == "round"


# --- what is refused


def test_what_is_not_there_is_not_found_and_no_uuid_is_looked_for(aws: None) -> None:
    ctx = new_account()
    for key, asked in ((str(uuid.uuid4()), ["GetItem"]), ("nothing", []), ("", []), ("x" * 5000, [])):
        acts: list[Callable[[str], object]] = [
            lambda id_: TAGS.get(ctx, id_),
            lambda id_: TAGS.change(ctx, id_, Change("b")),
            lambda id_: TAGS.remove(ctx, id_),
        ]
        for act in acts:
            with counted() as sent, pytest.raises(NotFound, match="no such tag"):
                act(key)
            assert sent == asked


def test_an_order_names_each_once_and_none_that_is_not_there(aws: None) -> None:
    ctx = new_account()
    first, second = create(ctx, "a", "b")
    for wrong in ([first, first], [first, second, str(uuid.uuid4())]):
        with pytest.raises(Invalid):
            TAGS.reorder(ctx, wrong)
    for act in (TAGS.move, TAGS.put_at):
        with pytest.raises(NotFound):
            act(ctx, str(uuid.uuid4()), 1)
    assert names(ctx) == ["a", "b"]


# --- keys


def test_an_object_moves_to_another_key_that_is_free(aws: None) -> None:
    ctx = new_account()
    made = SITES.create(ctx, {"host": "a.example", "names": {"en": "A"}})
    SITES.create(ctx, {"host": "b.example", "names": {"en": "B"}})
    with pytest.raises(Exists, match=r"web site exists: a\.example"):
        SITES.create(ctx, {"host": "a.example", "names": {"en": "C"}})
    with pytest.raises(Exists, match=r"web site exists: b\.example"):
        SITES.change(ctx, "a.example", {"host": "b.example"})
    assert SITES.change(ctx, "a.example", {"host": "c.example"})[1].number == made.number
    stored = [(site.host, site.names["en"]) for site in SITES.load_fresh(ctx).values()]
    assert stored == [("c.example", "A"), ("b.example", "B")]


def test_all_of_a_kind_together_have_a_bound_in_bytes(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collections, "MOST_BYTES", 1_000)
    ctx = new_account()
    (first,) = create(ctx, "first")
    TAGS.change(ctx, first, Change(icon="x" * 500))
    with pytest.raises(Invalid, match="1,000 bytes"):
        TAGS.create(ctx, Change(name="second", icon="x" * 300))
    (second,) = create(ctx, "second")
    with pytest.raises(Invalid, match="1,000 bytes"):
        TAGS.change(ctx, second, Change(icon="x" * 300))
    TAGS.change(ctx, first, Change(icon="x" * 400))
    assert TAGS.get(ctx, second).icon is None


def test_accounts_never_meet(aws: None) -> None:
    ours, theirs = new_account(), new_account()
    (id_,) = create(ours, "a")
    SITES.create(ours, {"host": "a.example", "names": {"en": "A"}})
    for act in (TAGS.get, TAGS.remove, lambda ctx, key: TAGS.change(ctx, key, Change("b"))):
        with pytest.raises(NotFound):
            act(theirs, id_)
    with pytest.raises(Invalid):
        TAGS.reorder(theirs, [id_])
    assert (names(theirs), SITES.load(theirs)) == ([], {})
    create(theirs, *"bcdef")
    SITES.create(theirs, {"host": "a.example", "names": {"en": "B"}})
    assert (names(ours), SITES.get(ours, "a.example").names) == (["a"], {"en": "A"})


# --- the cache


def test_a_change_is_seen_at_once_by_the_process_that_made_it(aws: None) -> None:
    ctx = new_account()
    (id_,) = create(ctx, "a")
    acts: list[Callable[[], object]] = [
        lambda: create(ctx, "b"),
        lambda: TAGS.change(ctx, id_, Change("c")),
        lambda: TAGS.reorder(ctx, [*TAGS.load(ctx)][::-1]),
        lambda: TAGS.remove(ctx, id_),
    ]
    for act in acts:
        TAGS.load(ctx)
        act()
        known = TAGS.load(ctx)
        with counted() as sent:
            assert TAGS.load(ctx) is known
        assert (sent, [*known.values()]) == ([], [*TAGS.load_fresh(ctx).values()])


# --- the event, the cost


def test_a_change_is_told_with_its_kind_and_key(aws: None) -> None:
    ctx = new_account()
    with published() as told:
        id_, other = create(ctx, "a", "b")
        TAGS.change(ctx, id_, Change("b"))
        TAGS.reorder(ctx, [other])
        TAGS.move(ctx, id_, -1)
        TAGS.put_at(ctx, id_, 1)  # where it is
        TAGS.remove(ctx, id_)
    assert told == [SettingsChanged(ctx.account, ctx.now, "tag", key) for key in (id_, other, id_, "", "", id_)]


def test_what_the_calls_cost_with_the_event_of_a_change(aws: None) -> None:
    ctx = new_account()
    calls: list[tuple[Callable[[str], object], list[str]]] = [
        (lambda _: create(ctx, "b"), ["Query", "TransactWriteItems", "SendMessageBatch"]),
        (lambda id_: TAGS.get(ctx, id_), ["GetItem"]),
        (lambda id_: TAGS.change(ctx, id_, Change("c")), ["GetItem", "TransactWriteItems", "SendMessageBatch"]),
        (lambda id_: TAGS.reorder(ctx, [id_]), ["Query"]),
        (lambda id_: TAGS.move(ctx, id_, 1), ["Query", "TransactWriteItems", "SendMessageBatch"]),
        (lambda id_: TAGS.put_at(ctx, id_, 1), ["Query", "TransactWriteItems", "SendMessageBatch"]),
        (lambda _: TAGS.load(ctx), ["Query"]),
        (lambda _: TAGS.load(ctx), []),
        (lambda _: TAGS.load_fresh(ctx), ["Query"]),
        (lambda id_: TAGS.remove(ctx, id_), ["GetItem", "TransactWriteItems", "SendMessageBatch"]),
    ]
    (id_,) = create(ctx, "a")
    for call, expected in calls:
        with counted() as sent:
            call(id_)
        assert sent == expected


# --- numbers


def test_an_object_is_found_by_its_number_as_it_is_now(aws: None) -> None:
    ctx = new_account()
    create(ctx, "a", "b")
    TAGS.load(ctx)
    row = rows.get(f"{ctx.account}#tag", f"tag#{TAGS.get_by_number(ctx, 2).id}")
    assert row
    rows.put(row, row.document | {"name": "c"}, [])  # another process does
    with counted() as sent:
        assert TAGS.get_by_number(ctx, 2).name == "c"
    assert sent == ["GetItem"]
    for number in (0, 3, -1, 10**15):
        with pytest.raises(NotFound, match=f"no such tag: {number}"):
            TAGS.get_by_number(ctx, number)
    with pytest.raises(NotFound):
        TAGS.get_by_number(new_account(), 1)
