"""Search: what is found of a conversation, and what it costs."""

import pytest
from msgspec.structs import replace

from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.conversations import conversations, keyword_lists, lists, messages
from chalicelib.desk.conversations.composing import EMAIL, NOTE, MailParts, PostMessage
from chalicelib.desk.conversations.inbox import Listing
from chalicelib.desk.conversations.wanted import Page, Wanted
from chalicelib.desk.core import rate_limits
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import contacts
from chalicelib.desk.search import block_finding, port, search, texts
from chalicelib.models import search_rows
from chalicelib.rules import search_words, word_lists
from chalicelib.rules.conditions import ID, IS, Condition, ConditionList
from tests.desk.conversations.desk import contact, create
from tests.desk.search.indexed import found, index, keep, stored
from tests.lambdas import counted
from tests.world import World


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
        assert search.with_phrases(world.as_agent(), [rows], asked, is_public=is_public).rows or asked.phrases
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
        assert [one.id for one in rows.rows] == expected
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


def test_of_common_words_those_that_a_list_is_to_have_are_looked_at_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    who = contact(world).number
    rows = [create(world.as_agent(), f"one two {at}", contact=who) for at in range(9)]
    index(world, *rows)
    keep(world, monkeypatch)
    monkeypatch.setattr(port, "MOST_FOUND", 5)
    tagged = ConditionList((Condition("tags", ID, IS, (7,)),))
    wanted = Wanted(Listing(), (tagged,), search.read(world.as_agent(), "one two"))
    lists.page(world.as_agent(), wanted)
    with counted() as sent:
        assert lists.page(world.as_agent(), wanted) == Page([], 0, True)
    assert sent == ["Query"] * 5, "nobody asks for the words of those without the tag"


def test_in_another_order_only_what_is_shown_is_checked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    who, rows = contact(world).number, []
    for at in range(9):
        world.now += 1_000
        rows.append(create(world.as_agent(), f"one two {at}", contact=who))
    index(world, *rows)
    keep(world, monkeypatch)
    gone = stored(world, "kept")[7]
    gone.words = word_lists.pack(["two"])
    search_rows.save(gone)
    monkeypatch.setattr(port, "MOST_SORTED", 5)
    monkeypatch.setattr(keyword_lists, "_PART", 2)
    latest = [row.number for row in reversed(rows) if row.number != gone.number]
    wanted = Wanted(Listing(size=3), (), search.read(world.as_agent(), "one two"), "priority")
    numbers: list[int] = []
    pages = 0
    while True:
        page = lists.page(world.as_agent(), wanted)
        numbers, pages = numbers + [row.number for row in page.conversations], pages + 1
        assert page.total <= len(latest) and page.is_exact is False
        if page.mark is None:
            break
        wanted = replace(wanted, mark=page.mark)
    assert (numbers, pages) == (latest, 3)


def test_words_of_many_in_a_block_are_one_request(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    who = contact(world).number
    rows = [create(world.as_agent(), f"one two {at}", contact=who) for at in range(4)]
    index(world, *rows)
    keep(world, monkeypatch)
    found(world, "one")
    monkeypatch.setattr(search_rows, "_KEYS", 3)
    with counted() as sent:
        assert sorted(found(world, "one")) == [row.number for row in rows]
    assert sent == ["Query"] * 3 + ["BatchGetItem"] * 2, "fresh rows, the word, the block's rows; conversations"


def test_texts_without_end_are_not_looked_through(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = create(world.as_agent(), "one two " * 80, contact=contact(world).number)
    index(world, row)
    for most in (1_000, 0):
        monkeypatch.setattr(port, "MOST_FOUND", most)
        for letters, is_exact in ((1_000, True), (500, False)):
            monkeypatch.setattr(texts, "MOST_LETTERS", letters)
            wanted = Wanted(Listing(), keywords=search.read(world.as_agent(), '"two two"'))
            page = lists.page(world.as_agent(), wanted)
            assert (page.conversations, page.is_exact) == ([], is_exact)
            assert found(world, '"one two"') == [row.number]


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


def test_conversations_that_are_read_for_phrases_count_as_words(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    spent: list[int] = []
    monkeypatch.setattr(rate_limits, "spend_search", lambda _, words: spent.append(words))
    who = contact(world).number
    index(world, *(create(world.as_agent(), "one two", contact=who) for _ in range(9)))
    assert len(found(world, '"one two"')) == len(found(world, "one two")) == 9
    assert spent == [2, 2, 2]


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
