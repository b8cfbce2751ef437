"""Placeholders: `{{contact.name}}` and others in an account's own texts."""

import html
import re
from collections.abc import Mapping

from chalicelib.rules import names

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
    spaces.
    """
    return " ".join(names.one_line(fill(text, values)).split())[:most]


def count(text: str) -> int:
    """Returns how many placeholders a text has, known or not."""
    return len(_MARK.findall(text))
