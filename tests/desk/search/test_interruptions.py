"""Search: nothing is lost and nothing stays that went, whatever dies, comes late or meets another."""

from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.context import SYSTEM
from chalicelib.desk.conversations import deletion, messages, updates
from chalicelib.desk.conversations.composing import PostMessage
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.search import block_writing, search
from chalicelib.models import search_rows, search_turns
from chalicelib.models.base import connection
from chalicelib.models.search_rows import WordBlock
from chalicelib.rules import search_blocks, search_words, word_lists
from tests.desk.conversations.desk import contact, create
from tests.desk.search.indexed import found, index, keep, stored
from tests.interruptions import interrupted
from tests.world import World


def test_what_is_interrupted_anywhere_is_found_meanwhile_and_finished(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_rows, "_AT_ONCE", 1)
    monkeypatch.setattr(block_writing, "TURN", 0)
    ctx, who = world.ctx(SYSTEM), contact(world).number
    rows = [create(world.as_agent(), f"parcel {at}", contact=who) for at in range(2)]
    assert interrupted(monkeypatch, lambda: index(world, *rows)) > 4
    monkeypatch.setattr(block_writing, "MOST_FRESH", 1)

    def tidy() -> None:
        assert sorted(found_in_peace()) == sorted(row.number for row in rows)
        search.tidy(ctx)

    send = connection._make_api_call

    def found_in_peace() -> list[int]:
        broken = connection._make_api_call
        monkeypatch.setattr(connection, "_make_api_call", send)
        try:
            return found(world, "parcel")
        finally:
            monkeypatch.setattr(connection, "_make_api_call", broken)

    assert interrupted(monkeypatch, tidy) > 6
    assert stored(world, "fresh") == [] and len(found(world, "parcel")) == 2
    for row in rows:
        assert interrupted(monkeypatch, partial(search.remove, ctx, row.number)) == 2
    assert found(world, "parcel") == [] and [row.words for row in stored(world, "kept")] == [None, None]
    world.now += block_writing.HELD
    assert interrupted(monkeypatch, lambda: search.tidy(world.ctx(SYSTEM))) > 4
    assert stored(world, "fresh") == stored(world, "kept") == [] and all(
        search_blocks.unpack(row.words) == {} for row in WordBlock.scan() if _is_of(world, row)
    )


def _is_of(world: World, row: WordBlock) -> bool:
    return row.key.startswith(f"{world.account}#words")


def test_words_that_were_read_before_are_not_written_after_a_removal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = create(world.as_agent(), "a parcel", contact=contact(world).number)
    save = search_rows.save

    def late(saved: Any) -> None:
        """Before the words are stored, the conversation goes for good."""
        monkeypatch.setattr(search_rows, "save", save)
        search.index(world.ctx(SYSTEM), row.id, row.number)
        search.remove(world.ctx(SYSTEM), row.number)
        save(saved)

    deletion.delete(world.as_agent(), row.id)
    monkeypatch.setattr(search_rows, "save", late)
    deletion.purge(world.as_agent(), row.id)
    index(world, row)
    world.settle()
    assert found(world, "parcel", is_deleted=True) == []
    assert search.find(world.as_agent(), search_words.read("parcel")).ids == ()


@pytest.mark.parametrize("is_read", [False, True])
@pytest.mark.parametrize("is_purged", [False, True])
def test_words_that_go_while_they_are_brought_to_blocks_are_not_kept(
    world: World, monkeypatch: pytest.MonkeyPatch, is_purged: bool, is_read: bool
) -> None:
    """They go after the fresh row was read, before or after the kept one is."""
    row = create(world.as_agent(), "hello", subject="a parcel of wool", contact=contact(world).number)
    index(world, row)
    monkeypatch.setattr(block_writing, "MOST_FRESH", 1)
    read_all = search_rows.read_all

    def late(rows: Any, *, consistent: bool = False) -> Any:
        monkeypatch.setattr(search_rows, "read_all", read_all)
        known = read_all(rows, consistent=consistent)
        if is_purged:
            deletion.delete(world.as_agent(), row.id)
            deletion.purge(world.as_agent(), row.id)
            world.settle()
        else:
            updates.change(world.as_agent(), row.id, Change(subject="another"))
            search.index(world.ctx(SYSTEM), row.id, row.number, anew=True)
        return known if is_read else read_all(rows, consistent=consistent)

    monkeypatch.setattr(search_rows, "read_all", late)
    search.tidy(world.ctx(SYSTEM))
    assert found(world, "wool") == [] and found(world, "another") == ([] if is_purged else [row.number])
    world.now += block_writing.HELD
    search.tidy(world.ctx(SYSTEM))
    assert stored(world, "fresh") == [] and len(stored(world, "kept")) == (not is_purged)
    assert search.find(world.as_agent(), search_words.read("wool")).ids == ()


def test_rows_that_were_read_before_and_after_they_were_rewritten_are_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = create(world.as_agent(), "hello", subject="a parcel of wool", contact=contact(world).number)
    index(world, row)
    keep(world, monkeypatch)
    read_state = search_rows.read_state
    old = read_state(world.account, row.id, 0, row.number)
    updates.change(world.as_agent(), row.id, Change(subject="another"))
    search.index(world.ctx(SYSTEM), row.id, row.number, anew=True)
    messages.post(world.as_agent(), PostMessage(row.id, "the wool"))

    def torn(*given: Any) -> Any:
        monkeypatch.setattr(search_rows, "read_state", read_state)
        return replace(read_state(*given), kept=old.kept)

    monkeypatch.setattr(search_rows, "read_state", torn)
    index(world, row)
    assert found(world, "wool") == [row.number]


def test_a_word_that_came_back_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that are gone leave the blocks later; one that was said again meanwhile does not."""
    ctx = world.ctx(SYSTEM)
    row = create(world.as_agent(), "hello", subject="a parcel of wool", contact=contact(world).number)
    index(world, row)
    keep(world, monkeypatch)
    updates.change(world.as_agent(), row.id, Change(subject="another"))
    due = search.index(ctx, row.id, row.number, anew=True)
    assert due == world.now + block_writing.HELD and found(world, "wool") == found(world, "parcel") == []
    messages.post(world.as_agent(), PostMessage(row.id, "my parcel"))
    index(world, row)
    assert found(world, "parcel") == [row.number]
    assert search.tidy(ctx) is None and stored(world, "fresh"), "somebody may still be writing what they have read before"
    world.now = due
    assert search.tidy(world.ctx(SYSTEM)) is None and stored(world, "fresh") == []
    assert found(world, "parcel") == [row.number] and found(world, "wool") == []
    words = {word for one in WordBlock.scan() if _is_of(world, one) for word in search_blocks.unpack(one.words)}
    assert "parcel" in words and "wool" not in words
    assert word_lists.unpack(stored(world, "kept")[0].words) >= {"parcel", "another", "hello"}


def test_blocks_that_two_write_at_once_have_the_words_of_both(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx, who = world.ctx(SYSTEM), contact(world).number
    first, second = (create(world.as_agent(), f"parcel {at}", contact=who) for at in range(2))
    index(world, first)
    monkeypatch.setattr(block_writing, "MOST_FRESH", 1)
    monkeypatch.setattr(block_writing, "TURN", 0)
    read_all = search_rows.read_all

    def overtaken(rows: Any, *, consistent: bool = False) -> Any:
        known = read_all(rows, consistent=consistent)
        if isinstance(rows[0], WordBlock):
            monkeypatch.setattr(search_rows, "read_all", read_all)
            index(world, second)
            search.tidy(ctx)
        return known

    monkeypatch.setattr(search_rows, "read_all", overtaken)
    search.tidy(ctx)
    while search.tidy(ctx) is not None:
        pass
    assert sorted(found(world, "parcel")) == [first.number, second.number] and stored(world, "fresh") == []


def test_one_process_tidies_at_a_time_and_another_follows_one_that_has_died(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = create(world.as_agent(), "parcel", contact=contact(world).number)
    index(world, row)
    monkeypatch.setattr(block_writing, "MOST_FRESH", 1)
    due: list[int | None] = []

    def dies(*given: Any, **named: Any) -> Any:
        due.append(search.tidy(world.ctx(SYSTEM)))
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(search_rows, "list_fresh", dies)
        dying.setattr(search_turns, "give_back", lambda turn: None)
        with pytest.raises(KeyboardInterrupt):
            search.tidy(world.ctx(SYSTEM))
    assert due == [world.now + block_writing.TURN] and search.tidy(world.ctx(SYSTEM)) is None, "one comes again, of all"
    assert stored(world, "fresh")
    world.now += block_writing.TURN
    assert search.tidy(world.ctx(SYSTEM)) is None and stored(world, "fresh") == []
