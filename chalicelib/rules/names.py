"""Names: texts of one line by which people find a thing in a list."""

import re
import unicodedata

#: Control characters, line ends, and marks that turn the direction of what follows, so that a name looks like another.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
#: Letters and signs that show nothing.
_EMPTY = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def is_visible(text: str) -> bool:
    """Returns whether a text has a character that can be seen."""
    return any(unicodedata.category(sign)[0] in "LNPS" and sign not in _EMPTY for sign in text)


def fault(name: str) -> str | None:
    """Returns what is wrong with a name, None for nothing."""
    if not is_visible(name):
        return "must not be empty"
    return "must not have control characters or marks of direction" if _CONTROL.search(name) else None


def one_line(text: str) -> str:
    """Returns a text with a space for each run of what no name may have, without spaces around it; "" if none can be seen."""
    line = _CONTROL.sub(" ", text).strip()
    return line if is_visible(line) else ""
