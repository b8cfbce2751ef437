"""Search: what is found of a conversation, what it costs, and that nothing is lost whatever dies or comes late."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.conversations import conversations, deletion, keyword_lists, lists, messages, updates
from chalicelib.desk.conversations.composing import EMAIL, NOTE, MailParts, PostMessage
from chalicelib.desk.conversations.inbox import Listing
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.conversations.wanted import Wanted
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import contacts
from chalicelib.desk.search import block_finding, block_writing, port, search, texts
from chalicelib.models import search_rows
from chalicelib.models.base import connection
from chalicelib.models.search_rows import WordBlock, WordsRow
from chalicelib.rules import search_blocks, search_words, word_lists
from tests.desk.conversations.desk import contact, create
from tests.world import World, counted


def found(world: World, keywords: str, **listing: Any) -> list[int]:
    """The numbers of the conversations that a list has."""
    ctx = world.as_agent()
    return [row.number for row in lists.page(ctx, Wanted(Listing(**listing), keywords=search.read(ctx, keywords))).conversations]


def index(world: World, *rows: Any) -> None:
    """Indexes conversations as they are now."""
    for row in rows:
        search.index(world.ctx(SYSTEM), row.id, row.number)


def keep(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Brings all that was said to blocks."""
    with monkeypatch.context() as now:
        now.setattr(block_writing, "MOST_FRESH", 1)
        search.tidy(world.ctx(SYSTEM))
    assert stored(world, "fresh") == []


def stored(world: World, kind: str) -> list[Any]:
    """The rows of a kind of an account."""
    return [row for row in WordsRow.scan() if row.key.startswith(f"{world.account}#{kind}")]


def test_a_conversation_is_found_by_all_that_was_said_and_by_who_said_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    who = contacts.create(world.ctx(ADMIN), contacts.Change("Žofia Straka", "zofia@firma.example"))
    row = create(world.as_agent(), "It was sent on Monday", subject="Order AB-123/45", contact=who.number)
    for at in range(12):
        messages.post(world.as_agent(), PostMessage(row.id, f"answer {at}", html_body=f"<p>answer <b>bold{at}</b></p>"))
    messages.post(world.as_agent(), PostMessage(row.id, "a confidential remark", kind=NOTE))
    mail = MailParts(
        sender="zofia@firma.example", to="support@shop.example", cc="Boss <karel@firma.example>", quote="nevertheless"
    )
    messages.post(world.as_agent(), PostMessage(row.id, "by mail", kind=EMAIL, mail=mail))
    other = create(world.as_agent(), "Something else", contact=contact(world).number)
    world.index()
    for _ in range(2):
        for keywords in (
            "nevertheless",
            "karel@firma.example",
            "shop.example mail",
            "monday",
            "AB-123/45 monday",
            "straka",
            "firma.example",
            "bold7",
            "confidential",
            '"answer 3"',
            "zof",
        ):
            assert (keywords, found(world, keywords)) == (keywords, [row.number])
        assert found(world, "some") == [other.number] and found(world, '"answer monday"') == []
        assert found(world, "answer someth") == found(world, "mon answer") == found(world, "!!!") == []
        keep(world, monkeypatch)


def test_a_contact_s_search_never_matches_notes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = create(world.as_agent(), "a parcel", contact=contact(world).number)
    messages.post(world.as_agent(), PostMessage(row.id, "secret plan of a parcel", kind=NOTE))
    index(world, row)

    def ids(keywords: str, *, is_public: bool) -> tuple[str, ...] | None:
        asked = search_words.read(keywords)
        matches = search.find(world.as_agent(), asked, is_public=is_public)
        rows = conversations.load(world.as_agent(), row.id)
        assert [one.id for one in matches.choose([rows])] == [*(matches.ids or ())]
        assert search.with_phrases(world.as_agent(), [rows], asked, is_public=is_public) or asked.phrases
        return matches.ids

    for _ in range(2):
        assert (
            ids("secret", is_public=False) == ids("parcel", is_public=True) == ids("parcel secret", is_public=False) == (row.id,)
        )
        assert ids("secret", is_public=True) == ids("parcel plan", is_public=True) == ()
        keep(world, monkeypatch)
    asked = search_words.read('"plan of a parcel"')
    for is_public, expected in ((True, []), (False, [row.id])):
        rows = search.with_phrases(world.as_agent(), [conversations.load(world.as_agent(), row.id)], asked, is_public=is_public)
        assert [one.id for one in rows] == expected
    messages.post(world.as_agent(), PostMessage(row.id, "the secret is out"))
    index(world, row)
    assert ids("secret", is_public=True) == (row.id,)


# --- what it costs


def test_a_message_is_three_requests_of_which_one_writes(world: World) -> None:
    row = create(world.as_agent(), "hello", contact=contact(world).number)
    sent: list[list[str]] = []
    for text in ("hello", "a new word", "hello again", "hello a word"):
        messages.post(world.as_agent(), PostMessage(row.id, text))
        with counted() as requests:
            index(world, row)
        sent.append(requests)
    first = ["BatchGetItem", "GetItem", "Query", "PutItem"]
    assert sent == [first, first[:1] + first[2:], first[:1] + first[2:], ["BatchGetItem", "Query"]]
    with counted() as requests:
        index(world, row)
    assert requests == ["BatchGetItem", "Query"], "the same again"


def test_keywords_are_a_query_each_and_one_and_the_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    who = contact(world).number
    rows = [create(world.as_agent(), f"one two three {at}", contact=who) for at in range(3)]
    index(world, *rows)
    found(world, "one two three")
    with counted() as fresh:
        assert len(found(world, "one two three")) == 3
    keep(world, monkeypatch)
    with counted() as kept:
        assert len(found(world, "one two three")) == 3
    with counted() as nothing:
        assert found(world, "nowhere two three") == []
    assert fresh == kept == ["Query"] * 4 + ["BatchGetItem"] * 3
    assert nothing == ["Query"] * 2, "nothing is read once nothing is left"


def test_common_words_are_found_by_walking(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    who = contact(world).number
    rows = []
    for at in range(6):
        world.now += 1_000
        rows.append(create(world.as_agent(), f"one two three {at}", contact=who))
    index(world, *rows)
    keep(world, monkeypatch)
    monkeypatch.setattr(port, "MOST_FOUND", 5)
    found(world, "one two three")
    with counted() as sent:
        assert found(world, "one two three", size=2) == [rows[5].number, rows[4].number]
    assert sent == ["Query"] * 6 + ["BatchGetItem"] and len(sent) <= 10
    ctx = world.as_agent()
    wanted = Wanted(Listing(size=4), keywords=search.read(ctx, "one two"))
    page = lists.page(ctx, wanted)
    assert (page.total, page.is_exact, page.after and page.after.conversation) == (5, False, rows[2].id)
    with pytest.raises(Invalid):
        found(world, "one two", page=10_001, size=1)


def test_phrases_are_looked_for_in_so_many_conversations_a_call(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyword_lists, "MOST_READ", 2)
    monkeypatch.setattr(keyword_lists, "_PART_READ", 1)
    who = contact(world).number
    rows = []
    for at in range(5):
        world.now += 1_000
        rows.append(create(world.as_agent(), "two one" if at in (1, 4) else "one two", contact=who))
    index(world, *rows)
    for most in (1_000, 1):
        monkeypatch.setattr(port, "MOST_FOUND", most)
        ctx, pages = world.as_agent(), []
        wanted = Wanted(Listing(), keywords=search.read(ctx, '"one two"'))
        for number in range(2, 6):
            page = lists.page(ctx, wanted)
            assert not page.is_exact
            pages.append([rows.index(next(row for row in rows if row.id == one.id)) for one in page.conversations])
            if not (page.after or page.mark):
                break
            wanted = Wanted(Listing(after=page.after, page=1 if page.mark else number), keywords=wanted.keywords, mark=page.mark)
        assert pages == [[3], [2], [0]]


def test_a_word_of_too_many_rows_is_not_passed_off_as_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = create(world.as_agent(), "a common word", contact=contact(world).number)
    index(world, row)
    keep(world, monkeypatch)
    for most in (1, 0):
        monkeypatch.setattr(block_finding, "MOST_REQUESTS", most)
        matches = search.find(world.as_agent(), search_words.read("common"))
        assert (matches.is_whole, matches.ids) == ((True, (row.id,)) if most else (False, ()))


def test_keywords_have_so_many_words(world: World) -> None:
    assert search.read(world.as_agent(), " ") is None
    assert search.read(world.as_agent(), " ".join(f"w{at}" for at in range(32)))
    with pytest.raises(Invalid, match="32 words"):
        search.read(world.as_agent(), " ".join(f"w{at}" for at in range(33)))


# --- what dies, comes late or meets another


def _interrupted(monkeypatch: pytest.MonkeyPatch, act: Any) -> int:
    """Does something again and again, each time with one request more before it dies. Returns how many it takes."""
    send, last = connection._make_api_call, 0
    while True:
        last += 1
        left = [last]

        def dispatch(operation: str, given: dict[str, Any], left: list[int] = left) -> dict[str, Any]:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            return send(operation, given)

        monkeypatch.setattr(connection, "_make_api_call", dispatch)
        try:
            act()
        except KeyboardInterrupt:
            continue
        finally:
            monkeypatch.setattr(connection, "_make_api_call", send)
        return last


def test_what_is_interrupted_anywhere_is_found_meanwhile_and_finished(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_rows, "_AT_ONCE", 1)
    ctx, who = world.ctx(SYSTEM), contact(world).number
    rows = [create(world.as_agent(), f"parcel {at}", contact=who) for at in range(2)]
    assert _interrupted(monkeypatch, lambda: index(world, *rows)) > 4
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

    assert _interrupted(monkeypatch, tidy) > 6
    assert stored(world, "fresh") == [] and len(found(world, "parcel")) == 2
    for row in rows:
        assert _interrupted(monkeypatch, lambda row=row: search.remove(ctx, row.number)) == 2
    assert found(world, "parcel") == [] and [row.words for row in stored(world, "kept")] == [None, None]
    world.now += block_writing.HELD
    assert _interrupted(monkeypatch, lambda: search.tidy(world.ctx(SYSTEM))) > 4
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


def test_a_long_conversation_goes_to_blocks_by_itself(world: World) -> None:
    who = contact(world).number
    row, other = (create(world.as_agent(), "hello", contact=who) for _ in range(2))
    messages.post(world.as_agent(), PostMessage(row.id, " ".join(f"{at * 7919 % 1_000_003:06}" for at in range(4_000))))
    index(world, row, other)
    assert len(stored(world, "fresh")) == 2
    search.tidy(world.ctx(SYSTEM))
    assert [one.number for one in stored(world, "fresh")] == [other.number]
    assert found(world, "007919") == [row.number]


def test_as_many_words_as_a_conversation_has_go_and_others_come(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """In letters that no packing makes shorter."""
    row = create(world.as_agent(), "hello", subject="wool", contact=contact(world).number)
    index(world, row)
    keep(world, monkeypatch)
    signs = [chr(0x20000 + at * 7919 % 42_000) for at in range(42_000)]
    kept = stored(world, "kept")[0]
    kept.words = word_lists.pack(word_lists.words_of([("".join(signs[1::2] + signs[::2]), True)]))
    search_rows.save(kept)
    monkeypatch.setattr(texts, "whole", lambda _: [texts.Text("".join(signs + signs[::3]))])
    search.index(world.ctx(SYSTEM), row.id, row.number, anew=True)
    assert found(world, "".join(signs[:2])) == [row.number] and found(world, "".join(signs[1:4:2])) == []
