"""E-mail addresses, checked as far as possible without sending mail."""

import re

from chalicelib.rules import hosts

_ADDRESS = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,189}")


def canonical(text: str) -> str:
    """Returns the form in which an address is unique: trimmed, lower case, its domain in ASCII.

    The part before the @ keeps its script: only its own server knows which spellings are the same.
    """
    name, at, domain = text.strip().lower().rpartition("@")
    return f"{name}{at}{hosts.to_ascii(domain) or domain}"


def is_address(text: str) -> bool:
    """Returns whether a canonical text can be an address: something before and after one @, no space, 254 characters at most."""
    return _ADDRESS.fullmatch(text) is not None and hosts.to_ascii(text.rpartition("@")[2]) is not None


def can_be_sent_to(text: str) -> bool:
    """Returns whether mail can be sent to a canonical address: only if the part before the @ is ASCII."""
    return text.isascii()


def can_be_mailed(text: str) -> bool:
    """Returns whether a canonical text is an address that mail can be sent to. The stand-in of a visitor who gave none is not."""
    return is_address(text) and can_be_sent_to(text) and "." in text.rpartition("@")[2]


def name_of(address: str) -> str:
    """Returns the part before the @, as a name for somebody who gave none."""
    return address.partition("@")[0]
