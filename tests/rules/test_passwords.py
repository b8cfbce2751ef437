import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.rules import passwords

few = settings(max_examples=4)
SALT = bytes(range(16))
typed = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
salts = st.binary(min_size=16, max_size=16)


@given(typed)
def test_the_wire_password_is_the_sha_1_hex_of_what_is_typed(password: str) -> None:
    assert passwords.wire(password) == hashlib.sha1(password.encode()).hexdigest()


@few
@given(typed, salts)
def test_a_password_matches_itself(password: str, salt: bytes) -> None:
    assert passwords.matches(passwords.wire(password), passwords.hashed(passwords.wire(password), salt))


@few
@given(st.lists(typed, min_size=2, max_size=2, unique=True), salts)
def test_a_password_matches_no_other(two: list[str], salt: bytes) -> None:
    assert not passwords.matches(passwords.wire(two[0]), passwords.hashed(passwords.wire(two[1]), salt))


@few
@given(typed, st.lists(salts, min_size=2, max_size=2, unique=True))
def test_the_same_password_under_another_salt_is_another_hash_that_it_matches(password: str, two: list[bytes]) -> None:
    one, other = (passwords.hashed(passwords.wire(password), salt) for salt in two)
    assert one.split("$")[1] != other.split("$")[1]
    assert passwords.matches(passwords.wire(password), one)
    assert passwords.matches(passwords.wire(password), other)


def test_the_case_of_the_wire_password_does_not_matter() -> None:
    lower, upper = passwords.wire("secret"), passwords.wire("secret").upper()
    assert lower != upper
    assert passwords.matches(upper, passwords.hashed(lower, SALT))
    assert passwords.matches(lower, passwords.hashed(upper, SALT))


def test_the_case_of_what_is_typed_matters() -> None:
    assert not passwords.matches(passwords.wire("Secret"), passwords.hashed(passwords.wire("secret"), SALT))


@pytest.mark.parametrize("stored", [None, ""])
@pytest.mark.parametrize("wire_password", ["", "00", passwords.wire("")])
def test_nothing_matches_where_nothing_is_stored(wire_password: str, stored: str | None) -> None:
    assert not passwords.matches(wire_password, stored)


def test_what_is_stored_is_salt_and_hash_and_does_not_log_in() -> None:
    stored = passwords.hashed(passwords.wire("secret"), SALT)
    salt, key = stored.split("$")
    assert (bytes.fromhex(salt), len(bytes.fromhex(key))) == (SALT, 64)
    assert passwords.wire("secret") not in stored
    assert not passwords.matches(stored, stored)
    assert not passwords.matches(key, stored)


def test_a_hash_stored_once_is_known_for_good() -> None:
    key = hashlib.scrypt(passwords.wire("secret").encode(), salt=SALT, n=2**14, r=8, p=1)
    assert passwords.matches(passwords.wire("secret"), f"{SALT.hex()}${key.hex()}")
