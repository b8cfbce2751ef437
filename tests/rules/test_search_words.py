"""Search words: what texts are found by in any language, and what keywords look for."""

import unicodedata
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules import search_blocks, search_words, word_lists
from chalicelib.rules.search_words import LONGEST, Term


def finds(keywords: str, text: str) -> bool:
    """Whether keywords find a text."""
    asked = search_words.read(keywords)
    lines = search_words.pack(search_words.words_of(text))
    parts = search_words.parts_of(text)
    return (
        bool(asked.terms)
        and all(search_words.has(lines, term) for term in asked.terms)
        and all(one in parts for one in asked.phrases)
    )


@pytest.mark.parametrize(
    ("text", "keywords"),
    [
        ("Lost PASSWORD, again!", "password lost|LOST pass|again|lost"),
        ("Meine Straße in Žilina", "strasse|STRASSE|zilina|straß"),
        ("Ещё один ёжик", "еще ежик|ЁЖИК|ещё"),
        ("Crème brûlée à l\u2019œuvre", "creme brulee|oeuvre|l'oeuvre"),
        ("order AB-123/45 is late", "AB-123/45|ab-123|123/45|45 order|AB\u2013123/45|ab-123/4"),
        ("write to Jane.Doe+x@shop.example.com", "jane.doe+x@shop.example.com|jane.doe|shop.example|example.com|doe|com"),
        ("see https://shop.test/a/b?id=9f3e-77", "shop.test|9f3e-77|https://shop.test/a|9f3e"),
        ("東京都に住んでいます", "東京|京都|東京都|東|す|住んで"),
        ("我的订单iPhone15没有到", "订单|没有|iphone15|iph|单"),
        ("주문이 도착하지 않았어요", "주문|도착하지|않았어요 주문"),
        ("สวัสดีครับ", "สวัสดี|ครับ"),
        ("طلبي مُتأخّر جدا", "متأخر|طلبي|مـتـأخر"),
        ("thanks 👍🏽 so much ❤️ 👩‍💻", "👍|❤|👍🏿 thanks|👩|👩‍💻"),
        ("price 1,234.50 €", "1,234.50|1,234|234.50"),
        ("हिन्दी में मदद चाहिए", 'हिन्दी|मदद में|चाह|चाहिए मदद|"में मदद"'),
        ("फ़ोन बंद है", "फोन|फ़ोन बंद"),
        ("বাংলা ভাষা, தமிழ் மொழி; తెలుగు", "বাংলা|ভাষা|தமிழ்|மொழி|తెలుగు|বাং"),
        ("ガラスがない", "ガラス|ｶﾞﾗｽ|がない|か\u3099な"),
        ("မြန်မာ ខ្មែរ བོད་ཡིག", "မြန်မာ|ខ្មែរ|བོད|ཡིག"),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen|zerowidth"),
        ("a_b snake_case", "snake|case|snake_case"),
        ('he said "not now" twice', '"not now"|“not now”|❝not now❞|〝not now〞|said "now twice"|"NOT, now!"'),
        ("x" * 100, "x" * 100 + "|" + "x" * 60),
    ],
)
def test_a_text_is_found(text: str, keywords: str) -> None:
    for asked in keywords.split("|"):
        assert finds(asked, text), asked


@pytest.mark.parametrize(
    ("text", "keywords"),
    [
        ("Lost PASSWORD", "pass lost|word|lost passwords|ost"),
        ("order AB-123/45", "123/4 order|AB-12 order|ab-45|B-123"),
        ("jane.doe@shop.test", "doe.jane|jane@shop"),
        ("東京都", "京東|都東"),
        ("हिन्दी में", 'हिन्दू|हिन्द में|हन्द|ह में|म हिन्दी|"हिन्द में"'),
        ("বাংলা তামিল", "বাংল তামিল|বংলা|তামল"),
        ("ガラス", "カラス|がらす"),
        ("ที่นี่", "ทนน|ทีนี"),
        ("not now, now", '"now not"|"not"now"later"|"no now"'),
        ("", "a|!!!"),
        ("anything", "!!!|-|…"),
    ],
)
def test_another_text_is_not_found(text: str, keywords: str) -> None:
    for asked in keywords.split("|"):
        assert not finds(asked, text), asked


def test_keywords_have_a_beginning_at_their_end_alone() -> None:
    assert search_words.read("ab cd ab").terms == (Term("ab"), Term("cd"), Term("ab", is_beginning=True))
    assert search_words.read('ab "cd"').terms == (Term("ab"), Term("cd"))
    assert search_words.read("  ") == search_words.Keywords()
    assert search_words.read('a "b').phrases == ()


_TEXTS = st.text(alphabet="ab\u0435ё東京тßé-./@ \u0e01👍1_'\"", max_size=40)


@given(_TEXTS, _TEXTS)
def test_whatever_stands_between_spaces_is_found_in_any_text(text: str, other: str) -> None:
    words = search_words.words_of(f"{other} {text}")
    assert all(0 < len(word) <= LONGEST and not word[0].isspace() for word in words)
    for piece in text.replace('"', " ").split():
        if search_words.read(piece).terms:
            assert finds(f"{piece} {piece}", f"{other} {text}")


_MARKS = "\u093e\u093f\u0940\u0941\u0947\u094b\u094d\u0902\u0903\u0bbe\u0bbf\u0bcd"
_INDIC = st.builds("".join, st.lists(st.sampled_from([*"कखगनमतதமழ", *(f"म{mark}" for mark in _MARKS)]), min_size=1, max_size=5))


@given(_INDIC, _INDIC)
def test_vowels_that_are_marks_make_another_word(one: str, other: str) -> None:
    one, other = (unicodedata.normalize("NFC", text) for text in (one, other))
    assert search_words.fold(one) == one and finds(f"{one} {one}", one) and finds(f'"{one}"', one)
    assert finds(f"{one} {one}", other) == finds(f'"{one}"', other) == (one == other)
    assert finds(one, other) == other.startswith(one)


@given(st.sampled_from("กขคงจด"), st.sampled_from("\u0e31\u0e34\u0e35\u0e38\u0e48\u0e49"))
def test_vowels_and_tones_of_scripts_without_spaces_count(letter: str, mark: str) -> None:
    assert finds(letter + mark, f"ที่{letter}{mark}ก") and not finds(letter + mark, f"ที่{letter}ก")


def test_long_pieces_are_found_by_each_of_their_parts() -> None:
    piece = ".".join(f"part{at}" for at in range(200))
    words = search_words.words_of(piece)
    assert len(words) == 200 and sum(map(len, words)) < 6_500
    assert finds("part199", piece) and finds("part0.part1", piece) and finds("part99.part100.part101.part102", piece)
    assert not finds("part99.part101", piece)


def test_a_conversation_s_words_tell_what_its_contact_sees() -> None:
    words = word_lists.words_of([("hello there", True), ("secret there", False), ("hello", False)])
    assert words == {"hello", "there", "~secret"}
    packed = word_lists.pack(words)
    assert word_lists.unpack(packed) == words and word_lists.bare(words) == {"hello", "there", "secret"}
    for is_public in (True, False):
        lines = word_lists.lines_of([packed, None, word_lists.pack({"more"})], is_public=is_public)
        assert search_words.has(lines, Term("secret")) is not is_public
        assert all(search_words.has(lines, Term(word)) for word in ("hello", "there", "more"))
    assert word_lists.added(words, {"hello", "~there", "~new", "secret"}) == {"~new", "secret"}
    assert word_lists.pack([]) is None and word_lists.unpack(None) == set()


def test_the_words_of_a_conversation_have_a_bound() -> None:
    many = [(f"{at:040d}", True) for at in range(5_000)]
    words = word_lists.words_of(many)
    assert sum(map(len, words)) <= word_lists.MOST_LETTERS
    assert len(word_lists.added(words, {f"{at:040d}" for at in range(5_000)})) + len(words) == word_lists.MOST_LETTERS // 40


def test_a_text_with_more_letters_than_there_is_room_for_is_found_by_its_short_words() -> None:
    text = " ".join(".".join(f"{at}x{part}" for part in range(16)) for at in range(1_000))
    words = word_lists.words_of([("a parcel", True), (text, False), ("more", True)])
    assert word_lists.MOST_LETTERS - 48 < sum(len(word.removeprefix("~")) for word in words) <= word_lists.MOST_LETTERS
    assert {"parcel", "~0x15", "~999x15"} <= words


# --- blocks

_WORDS = st.dictionaries(
    st.text(alphabet="abce-1東т", min_size=1, max_size=12).filter(lambda word: word[0] != "-"),
    st.integers(1, 2**512 - 1),
    max_size=30,
)


@given(_WORDS)
def test_a_block_says_which_conversations_have_a_word(words: dict[str, int]) -> None:
    packed = search_blocks.pack(words)
    assert search_blocks.unpack(packed) == words
    lines = search_words.pack(words)
    for word in words:
        for term in (Term(word), Term(word, is_beginning=True), Term(word[:1]), Term(word[:1], is_beginning=True)):
            meant = [one for one in words if search_words.has(search_words.pack([one]), term)]
            expected = 0
            for one in meant:
                expected |= words[one]
            assert search_blocks.find(packed, term) == expected
            assert all(search_blocks.shelf_of(one).startswith(search_blocks.shelves_of(term)) for one in meant)
            assert all(
                search_blocks.first_of(search_blocks.shelf_of(one)) == search_blocks.first_of(search_blocks.shelf_of(term.text))
                for one in meant
            )
    assert lines.count("\n") == len(words) + 1


def test_a_block_that_is_too_large_says_too_much_and_never_too_little(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {f"aa{at:06x}-{at * 7919 % 1_000_003}": 1 << at % 512 for at in range(4_000)}
    whole = search_blocks.pack(words)
    for most in (len(whole) // 2, 3_000, 100):
        monkeypatch.setattr(search_blocks, "MOST_BYTES", most)
        packed = search_blocks.pack(words)
        assert len(packed) <= max(most, 100)
        again = search_blocks.pack(search_blocks.unpack(packed) | {"aafresh": 1})
        for word, bits in [*words.items()][::97]:
            for text, is_beginning in ((word, False), (word.split("-")[0], False), (word[:5], True), (word[:2], True)):
                term = Term(text, is_beginning)
                assert search_blocks.find(packed, term) & search_blocks.find(again, term) & bits == bits
    assert len(zlib.decompress(whole)) > 100_000


def test_numbers_and_bits_are_the_same() -> None:
    numbers = [0, 511, 512, 1_000_000]
    for number in numbers:
        block = search_blocks.block_of(number)
        assert [*search_blocks.numbers_of(block, search_blocks.bit_of(number))] == [number]
