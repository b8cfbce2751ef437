"""What a person wrote in a mail, told apart from what it quotes."""

from typing import NamedTuple


class Split(NamedTuple):
    """A text in two: each line of it that isn't blank stands in one of them, once."""

    own: str
    quote: str


def split_text(text: str) -> Split:
    """Returns what a person wrote, and what was quoted."""
    return Split(text, "")
