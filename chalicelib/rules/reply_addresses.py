"""Addresses and ids of our mails that say which conversation an answer belongs to, signed so that nobody can guess one."""

import base64
import hmac
import re
from typing import NamedTuple

_TAG = re.compile(r"(.*)\+c([1-9][0-9]{0,15})-([a-z2-7]{16})", re.DOTALL)
_ID = re.compile(r"c([1-9][0-9]{0,15})\.([1-9][0-9]{0,9})(?:-([1-9][0-9]{0,2}))?\.([a-z2-7]{16})@([^@]+)")
#: The most characters of the part before the @, and of an address.
_LONGEST_NAME, _LONGEST = 64, 254


class Reference(NamedTuple):
    """What an id of ours names."""

    conversation: int
    message: int


def reply_address(key: bytes, own: str, conversation: int) -> str:
    """Returns the address by which answers to a conversation come back: `support+c12-<signature>@ours`.

    It works in lower case too, and for any sender. If it would be too long, it is the account's own address, and only the ids of
    the mails say which conversation is meant.
    """
    name, _, domain = own.strip().lower().rpartition("@")
    tagged = f"{name}+c{conversation}-{_signature(key, 'reply', f'{name}@{domain}', conversation)}"
    if len(tagged) > _LONGEST_NAME or len(tagged) + len(domain) >= _LONGEST:
        return f"{name}@{domain}"
    return f"{tagged}@{domain}"


def conversation_of(key: bytes, address: str) -> int | None:
    """Returns the conversation that a reply address belongs to, None for another address and for a forged one."""
    name, _, domain = address.strip().lower().rpartition("@")
    found = _TAG.fullmatch(name)
    if found is None:
        return None
    conversation = int(found[2])
    signature = _signature(key, "reply", f"{found[1]}@{domain}", conversation)
    return conversation if hmac.compare_digest(signature, found[3]) else None


def plain_address(address: str) -> str:
    """Returns the account's own address of one of our reply addresses, in lower case; another address as it is."""
    name, _, domain = address.strip().lower().rpartition("@")
    found = _TAG.fullmatch(name)
    return f"{found[1] if found else name}@{domain}"


def message_id(key: bytes, conversation: int, message: int, domain: str, attempt: int = 1) -> str:
    """Returns the id of the mail that a message is sent as, without `<` and `>`; always the same one for an attempt."""
    host = domain.strip().lower()
    again = f"-{attempt}" if attempt > 1 else ""
    return f"c{conversation}.{message}{again}.{_signature(key, 'message', host, conversation, message, attempt)}@{host}"


def read_message_id(key: bytes, given: str) -> Reference | None:
    """Returns the conversation and the message of an id of ours, None for another id and for a forged one."""
    found = _ID.fullmatch(given.strip().strip("<>").lower())
    if found is None:
        return None
    conversation, message = int(found[1]), int(found[2])
    signature = _signature(key, "message", found[5], conversation, message, int(found[3] or 1))
    return Reference(conversation, message) if hmac.compare_digest(signature, found[4]) else None


def _signature(key: bytes, use: str, of: str, *numbers: int) -> str:
    """80 bits, in 16 letters."""
    said = "\n".join((use, of, *map(str, numbers)))
    return base64.b32encode(hmac.digest(key, said.encode("utf-8", "replace"), "sha256")[:10]).decode().lower()
