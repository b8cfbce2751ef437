import base64
import hashlib
import re
import string
import uuid
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules import ids

moments = st.integers(0, 2**48 - 1)
entropies = st.binary(min_size=10, max_size=10)
conversations, sequences = st.integers(1, 2**33 - 1), st.integers(1, 2**20 - 1)
parts = st.text(st.characters(exclude_characters="\x1f", exclude_categories=["Cs"]))
#: What uuid7 keeps of its 80 random bits: all but four for the version and two for the variant.
FREE = (1 << 80) - 1 & ~(0xF << 76) & ~(0x3 << 62)
CANONICAL = re.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


@given(moments, entropies)
def test_uuid7_is_a_canonical_rfc_uuid_of_version_7(now: int, entropy: bytes) -> None:
    text = ids.uuid7(now, entropy)
    parsed = uuid.UUID(text)
    assert (parsed.version, parsed.variant, str(parsed)) == (7, uuid.RFC_4122, text)


@given(moments, entropies)
def test_uuid7_carries_the_milliseconds_and_all_other_random_bits(now: int, entropy: bytes) -> None:
    value = uuid.UUID(ids.uuid7(now, entropy)).int
    assert value >> 80 == now
    assert value & FREE == int.from_bytes(entropy, "big") & FREE


@given(st.lists(moments, min_size=2, max_size=2, unique=True).map(sorted), entropies, entropies)
def test_uuid7_sorts_by_time_as_text(moments: list[int], one: bytes, other: bytes) -> None:
    assert ids.uuid7(moments[0], one) < ids.uuid7(moments[1], other)


def test_uuid7_is_the_example_of_rfc_9562() -> None:
    entropy = (0xCC3 << 64 | 0b10 << 62 | 0x18C4DC0C0C07398F).to_bytes(10, "big")
    assert ids.uuid7(0x017F22E279B0, entropy) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(st.uuids(), st.sampled_from([str.lower, str.upper, str.title]))
def test_a_canonical_text_is_a_uuid_whatever_its_version_and_case(value: uuid.UUID, case: Callable[[str], str]) -> None:
    assert ids.is_uuid(case(str(value)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0" * 32,
        "{00000000-0000-0000-0000-000000000000}",
        "urn:uuid:00000000-0000-0000-0000-000000000000",
        " 00000000-0000-0000-0000-000000000000",
        "00000000-0000-0000-0000-000000000000\n",
        "00000000-0000-0000-0000-00000000000g",
        "0000000-00000-0000-0000-000000000000",
        "0_000000-0000-0000-0000-000000000000",
        "\N{ARABIC-INDIC DIGIT ZERO}0000000-0000-0000-0000-000000000000",
        "00000000-0000-0000-0000-0000000000000",
        "00000000-0000-0000-0000-00000000000",
    ],
)
def test_another_spelling_is_no_uuid(text: str) -> None:
    assert not ids.is_uuid(text)


@given(
    st.uuids().map(str),
    st.integers(0, 36),
    st.integers(0, 2),
    st.text(string.printable + "\N{ARABIC-INDIC DIGIT THREE}\N{FULLWIDTH LATIN SMALL LETTER A}", max_size=2),
)
def test_a_text_is_a_uuid_only_in_canonical_form(text: str, at: int, removed: int, added: str) -> None:
    mutant = text[:at] + added + text[at + removed :]
    assert ids.is_uuid(mutant) == bool(CANONICAL.fullmatch(mutant))


@given(st.lists(parts))
def test_derived_is_a_uuid_of_version_5(given_parts: list[str]) -> None:
    assert ids.is_uuid(ids.derived(*given_parts))
    assert uuid.UUID(ids.derived(*given_parts)).version == 5


def test_derived_is_the_same_uuid_for_good() -> None:
    assert ids.derived("account", "person", "key") == "c0d463a7-53df-5655-b775-434805388f20"


@given(st.lists(parts, min_size=1), st.lists(parts, min_size=1))
def test_other_parts_derive_another_uuid(one: list[str], other: list[str]) -> None:
    assert (ids.derived(*one) == ids.derived(*other)) == (one == other)


def test_where_parts_are_cut_makes_another_uuid() -> None:
    assert len({ids.derived(*cut) for cut in (("ab", "c"), ("a", "bc"), ("abc",), ("c", "ab"), ("ab", "c", ""))}) == 5


@given(st.binary())
def test_a_secret_is_all_its_bytes_in_url_safe_letters(entropy: bytes) -> None:
    text = ids.secret(entropy)
    assert re.fullmatch("[A-Za-z0-9_-]*", text)
    assert base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) == entropy


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_digest_is_sha_256_and_never_its_input(text: str) -> None:
    assert ids.digest(text) == hashlib.sha256(text.encode()).hexdigest() != text


def test_the_digest_of_a_digest_is_another() -> None:
    once = ids.digest("abc")
    assert once == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert ids.digest(once) != once


@given(conversations, sequences)
def test_a_message_number_holds_both_numbers_and_stays_exact_in_javascript(conversation: int, sequence: int) -> None:
    number = ids.message_number(conversation, sequence)
    assert divmod(number, 2**20) == (conversation, sequence)
    assert int(float(number)) == number < 2**53


@given(conversations, sequences, conversations, sequences)
def test_no_two_messages_have_one_number(one: int, first: int, other: int, second: int) -> None:
    assert (ids.message_number(one, first) == ids.message_number(other, second)) == ((one, first) == (other, second))


@given(st.integers(1, 2**33 - 1), st.integers(1, 2**20 - 1))
def test_a_message_number_tells_both_numbers(conversation: int, sequence: int) -> None:
    assert ids.message_place(ids.message_number(conversation, sequence)) == (conversation, sequence)


def test_the_last_message_number_is_javascripts_largest_exact_integer() -> None:
    assert ids.message_number(2**33 - 1, 2**20 - 1) == 2**53 - 1


@given(st.lists(st.text(max_size=8), max_size=4))
def test_reserved_is_a_uuid_of_version_8_that_is_known_as_one(given_parts: list[str]) -> None:
    made = ids.reserved(*given_parts)
    assert (uuid.UUID(made).version, ids.is_uuid(made)) == (8, True)
    assert ids.is_reserved(made) and ids.is_reserved(made.upper())
    assert made == ids.reserved(*given_parts) != ids.reserved(*given_parts, "more")


@given(st.uuids(version=4) | st.uuids(version=1) | st.uuids(version=5))
def test_what_clients_make_is_not_reserved(made: uuid.UUID) -> None:
    assert not ids.is_reserved(str(made))


_OF_LOG = st.tuples(st.integers(1, 2**24 - 1), st.integers(1, 2**20 - 1), st.integers(0, 127))


@given(_OF_LOG, _OF_LOG)
def test_firings_have_ids_of_their_own(one: tuple[int, int, int], other: tuple[int, int, int]) -> None:
    assert (ids.firing_number(*one) == ids.firing_number(*other)) == (one == other)
    assert ids.log_number(*other) < ids.firing_number(*one) < 2**53
