"""Placeholders: `{{contact.name}}` and others in an account's own texts."""

import html
import re
from collections.abc import Mapping

CONVERSATION_ID, SUBJECT, CONTACT, AGENT, LAST_MESSAGE = (
    "conversation.id",
    "conversation.subject",
    "contact.name",
    "agent.name",
    "conversation.lastMessage",
)
NAMES = (CONVERSATION_ID, SUBJECT, CONTACT, AGENT, LAST_MESSAGE)
#: Characters of a value that a text shows.
LONGEST = 2_000
_MARK = re.compile(r"\{\{ ?([a-zA-Z.]{1,40}) ?\}\}")
_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
#: Signs that turn the direction in which what follows is read, or that nobody sees (but those that join letters).
_UNSEEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")


def fill(text: str, values: Mapping[str, str], *, as_html: bool = False) -> str:
    """Returns a text with values in the place of their placeholders, escaped where the text is HTML. Others stay as they are,
    also those that a value brings.
    """

    def shown(found: re.Match[str]) -> str:
        value = values.get(found[1])
        if value is None:
            return found[0]
        cut = value[:LONGEST]
        return html.escape(cut) if as_html else cut

    return _MARK.sub(shown, text)


def fill_line(text: str, values: Mapping[str, str], most: int) -> str:
    """Returns the same as one line of `most` characters at most, such as a subject: line breaks and control characters are
    spaces, and signs that change how a line is read are left out.
    """
    return _SPACES.sub(" ", _UNSEEN.sub("", fill(text, values))).strip()[:most]


def count(text: str) -> int:
    """Returns how many placeholders a text has, known or not."""
    return len(_MARK.findall(text))
