"""Identifiers: UUIDv7 for rows, integers for dialects that count, random secrets."""

import base64
import hashlib
import hmac
import re
import uuid

#: Messages that one conversation can number; 2**33 conversations of an account then stay below 2**53, JavaScript's limit.
_MESSAGES = 1 << 20
#: Changes that one conversation can number, and fields that one of them can; 2**25 conversations then stay below 2**53.
_CHANGES, _FIELDS = 1 << 20, 1 << 8
#: Ids of triggers' firings follow those of changes, and one event has so many at most.
_FIRINGS, _AT_ONCE = 1 << 52, 1 << 7
#: The first four bytes of a reserved id. Not one in 2**36 of clients' random ids is refused because of it.
_RESERVED = 0x64_65_73_6B
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def uuid7(now: int, entropy: bytes) -> str:
    """Returns a UUIDv7 (RFC 9562) from epoch milliseconds and 10 random bytes. It sorts by time and can't be guessed."""
    value = (now & (1 << 48) - 1) << 80 | int.from_bytes(entropy, "big")
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return str(uuid.UUID(int=value))


def is_uuid(text: str) -> bool:
    """Returns whether the text is a UUID of any version in canonical form, in any letter case."""
    return bool(_UUID.fullmatch(text))


def derived(*parts: str) -> str:
    """Returns the UUIDv5 of these parts, always the same one. It turns a client's own key into an id."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "\x1f".join(parts)))


def reserved(*parts: str) -> str:
    """Returns the UUIDv8 of these parts, always the same one. No client may choose such an id, so nobody can take it first."""
    digest_ = hashlib.sha256("\x1f".join(parts).encode()).digest()
    value = _RESERVED << 96 | int.from_bytes(digest_[:12], "big")
    value = value & ~(0xF << 76) | 8 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return str(uuid.UUID(int=value))


def is_reserved(text: str) -> bool:
    """Returns whether a UUID is of the kind that `reserved` returns, in any letter case."""
    value = int(text.replace("-", ""), 16)
    return value >> 96 == _RESERVED and value >> 76 & 0xF == 8


def secret(entropy: bytes) -> str:
    """Returns random bytes as url-safe text without padding."""
    return base64.urlsafe_b64encode(entropy).rstrip(b"=").decode()


def following(secret_text: str, salt: str) -> str:
    """Returns the secret that follows another: the same one for the same salt, unknown without both secret and salt."""
    return secret(hmac.digest(salt.encode(), secret_text.encode(), "sha256"))


def digest(secret_text: str) -> str:
    """Returns the SHA-256 hex of a random secret, which is what is stored. Fast, so only for secrets of 128 bits or more."""
    return hashlib.sha256(secret_text.encode()).hexdigest()


def message_number(conversation: int, sequence: int) -> int:
    """Returns a message's integer id, unique in the account, from the numbers of its conversation and itself (each from 1)."""
    return conversation * _MESSAGES + sequence


def message_place(number: int) -> tuple[int, int]:
    """Returns the numbers of the conversation and of the message in it that a message's integer id stands for."""
    return divmod(number, _MESSAGES)


def firing_number(conversation: int, version: int, place: int) -> int:
    """Returns the integer id of a trigger's firing, unique among those of changes, too, for 2**24 conversations: from the number
    of its conversation, the conversation's version then, and its place among the firings of one event.
    """
    return _FIRINGS + (conversation * _CHANGES + version) * _AT_ONCE + place


def log_number(conversation: int, version: int, field: int) -> int:
    """Returns the integer id of a change of one field, unique in the account, from the numbers of its conversation and field and
    the conversation's version since.
    """
    return (conversation * _CHANGES + version) * _FIELDS + field


def audit_number(key: str, place: str) -> int:
    """Returns the integer id of a change in the audit log, from the key that it is stored under: 52 bits of its digest."""
    return int(hashlib.sha256(f"{key}#{place}".encode()).hexdigest()[:13], 16)
