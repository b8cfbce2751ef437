"""Reply addresses and message ids: whoever answers finds the conversation, and nobody can guess another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.reply_addresses import conversation_of, message_id, plain_address, read_message_id, reply_address

KEY, OTHER = b"k" * 32, b"o" * 32
OWN = "Support@Desk.example"
_NUMBERS = st.integers(1, 10**15)


@given(_NUMBERS, _NUMBERS)
def test_an_address_says_its_conversation_to_its_own_desk_alone(conversation: int, other: int) -> None:
    address = reply_address(KEY, OWN, conversation)
    assert address == address.lower() and address.startswith("support+c") and address.endswith("@desk.example")
    assert conversation_of(KEY, f" {address.upper()} ") == conversation
    assert plain_address(address) == "support@desk.example" == plain_address(OWN)
    assert conversation_of(OTHER, address) is None
    forged = address.replace(f"+c{conversation}-", f"+c{other}-")
    assert conversation_of(KEY, forged) == (conversation if other == conversation else None)
    assert conversation_of(KEY, address.replace("desk.example", "evil.example")) is None
    assert conversation_of(KEY, address.replace("support+", "sales+")) is None


@given(_NUMBERS, st.integers(1, 10**9), _NUMBERS)
def test_a_message_id_says_its_message(conversation: int, message: int, other: int) -> None:
    made = message_id(KEY, conversation, message, "Desk.example")
    assert read_message_id(KEY, f"<{made.upper()}>") == (conversation, message)
    assert made == message_id(KEY, conversation, message, "desk.example")
    assert read_message_id(OTHER, made) is None
    assert read_message_id(KEY, made.replace(f"c{conversation}.", f"c{other + conversation}.")) is None
    assert read_message_id(KEY, made.replace(f".{message}.", f".{message + 1}.")) is None


@pytest.mark.parametrize(
    "given_address",
    [
        *("", "@", "a@b", "support@desk.example", "support+c1-@desk.example", "support+c01-aaaaaaaaaaaaaaaa@desk.example"),
        *("support+c1-aaaaaaaaaaaaaaaa@desk.example", f"support+c{'9' * 5000}-aaaaaaaaaaaaaaaa@desk.example"),
        f"\ud800+c1-{'a' * 16}@x",
    ],
)
def test_other_addresses_say_nothing(given_address: str) -> None:
    assert conversation_of(KEY, given_address) is None
    assert read_message_id(KEY, given_address) is None


def test_an_address_stays_as_long_as_mail_servers_take() -> None:
    assert len(reply_address(KEY, f"{'a' * 40}@x.example", 12_345).partition("@")[0]) <= 64
    assert conversation_of(KEY, reply_address(KEY, f"{'a' * 40}@x.example", 12_345)) == 12_345
    for own in (f"{'a' * 50}@x.example", f"a@{'x' * 63}.{'y' * 63}.{'z' * 63}.{'w' * 40}.example"):
        assert reply_address(KEY, own, 12_345) == own
