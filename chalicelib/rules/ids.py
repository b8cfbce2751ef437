"""Identifiers: UUIDv7 for entities, integers for the dialects that count, random secrets."""

import base64
import hashlib
import hmac
import re
import uuid

#: Messages that one conversation can number; 2**33 conversations of an account then stay below 2**53, JavaScript's limit.
_MESSAGES = 1 << 20
#: The first four bytes of a reserved id: of a client's random ones not one in 2**36 is refused for it.
_RESERVED = 0x64_65_73_6B
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def uuid7(now: int, entropy: bytes) -> str:
    """UUIDv7 (RFC 9562) text from epoch milliseconds and 10 random bytes: sorts by time, can't be guessed."""
    value = (now & (1 << 48) - 1) << 80 | int.from_bytes(entropy, "big")
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return str(uuid.UUID(int=value))


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID of any version in its canonical form, whatever the case."""
    return bool(_UUID.fullmatch(text))


def derived(*parts: str) -> str:
    """The UUIDv5 that always belongs to these parts: makes a client's own key an id of ours."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "\x1f".join(parts)))


def reserved(*parts: str) -> str:
    """The UUIDv8 that always belongs to these parts: of a kind that no client may choose, so that nobody takes it first."""
    digest_ = hashlib.sha256("\x1f".join(parts).encode()).digest()
    value = _RESERVED << 96 | int.from_bytes(digest_[:12], "big")
    value = value & ~(0xF << 76) | 8 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return str(uuid.UUID(int=value))


def is_reserved(text: str) -> bool:
    """Whether a UUID is of the kind that `reserved` makes, whatever the case."""
    value = int(text.replace("-", ""), 16)
    return value >> 96 == _RESERVED and value >> 76 & 0xF == 8


def secret(entropy: bytes) -> str:
    """Random bytes as url-safe text without padding."""
    return base64.urlsafe_b64encode(entropy).rstrip(b"=").decode()


def following(secret_text: str, salt: str) -> str:
    """The secret that follows another: always the same with the same salt, and unknown to who has one of the two alone."""
    return secret(hmac.digest(salt.encode(), secret_text.encode(), "sha256"))


def digest(secret_text: str) -> str:
    """SHA-256 hex of a random secret: what is stored of it. Fast, so only for secrets of 128 bits and more."""
    return hashlib.sha256(secret_text.encode()).hexdigest()


def message_number(conversation: int, sequence: int) -> int:
    """The integer id of a conversation's message, unique in the account, from both their numbers (each from 1)."""
    return conversation * _MESSAGES + sequence
