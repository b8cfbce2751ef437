"""Mentions: the agents that a note names, each as `<span data-id="7" class="athighlight">`."""

from chalicelib.rules import html as markup

#: The class that makes a span a mention.
CLASS = "athighlight"
_MOST_DIGITS = 15


def numbers(html: str) -> list[int]:
    """Returns the integer ids that an HTML text mentions, each once, in their order."""
    found = _Mentions()
    markup.scan(html, found)
    return list(found.numbers)


def is_number(text: str) -> bool:
    """Returns whether the text can be an agent's integer id."""
    return text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS


class _Mentions:
    """The ids seen so far."""

    def __init__(self) -> None:
        self.numbers: dict[int, None] = {}

    def open(self, name: str, attributes: dict[str, str]) -> None:
        """A start tag, which may be a mention."""
        number = attributes.get("data-id", "").strip()
        if name == "span" and CLASS in attributes.get("class", "").split() and is_number(number):
            self.numbers[int(number)] = None

    def close(self, name: str, _: dict[str, str]) -> None:
        """Ignores an end tag."""

    def data(self, text: str) -> None:
        """Ignores text."""
