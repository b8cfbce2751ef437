"""Host names in the spelling that browsers use, in which a name is the same in any script."""

import re

#: A label as DNS has it, and the most characters of a host name.
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_LONGEST = 253


def to_ascii(host: str) -> str | None:
    """Returns a host name in lower case and ASCII, by UTS 46 without its transitional exceptions, as browsers do. None for a
    bad one.

    A name that is ASCII already is only put in lower case; its characters are not checked.
    """
    if host.isascii():
        return host.lower()
    if len(host) > 2 * _LONGEST:
        return None
    import idna  # a quarter of a megabyte of tables, not needed for ASCII names

    try:
        mapped = idna.uts46_remap(host, std3_rules=False, transitional=False)
        labels = [label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in mapped.split(".")]
    except UnicodeError:
        return None
    ascii_host = ".".join(labels)
    return ascii_host if len(ascii_host) <= _LONGEST and all(map(_LABEL.fullmatch, labels)) else None


def is_host(text: str) -> bool:
    """Returns whether an ASCII text is a host name: labels with dots between them."""
    return len(text) <= _LONGEST and all(map(_LABEL.fullmatch, text.split(".")))
