"""Host names as a browser spells them: the same name in any script is one host."""

import re

#: A label as DNS knows it. Longer than this is no host name, in any script.
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_LONGEST = 253


def to_ascii(host: str) -> str | None:
    """A host name in lower case and ASCII, by UTS 46 without its transitional exceptions, as browsers have it; None for what
    can't be one. What is ASCII already is only put in lower case, and its letters are not looked at.
    """
    if host.isascii():
        return host.lower()
    if len(host) > 2 * _LONGEST:
        return None
    import idna  # tables of a quarter of a megabyte, which a name in ASCII needs none of

    try:
        mapped = idna.uts46_remap(host, std3_rules=False, transitional=False)
        labels = [label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in mapped.split(".")]
    except UnicodeError:
        return None
    ascii_host = ".".join(labels)
    return ascii_host if len(ascii_host) <= _LONGEST and all(map(_LABEL.fullmatch, labels)) else None
