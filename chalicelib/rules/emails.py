"""E-mail addresses, as far as they can be told without sending one."""

import re

_ADDRESS = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,189}")


def canonical(text: str) -> str:
    """The form under which an address is one person's: without space around it, in lower case."""
    return text.strip().lower()


def is_address(text: str) -> bool:
    """Whether a canonical text may be an address: something before and after one @, no space, 254 characters at most."""
    return _ADDRESS.fullmatch(text) is not None


def name_of(address: str) -> str:
    """What stands before the @: a name for somebody who gave none."""
    return address.partition("@")[0]
