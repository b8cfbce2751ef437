"""The port of the search: what an index of conversations' words does. block_index.py is the desk's own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from chalicelib.context import Context
from chalicelib.models.conversations import Conversation
from chalicelib.rules.search_words import Keywords

#: Conversations that are found one by one; of more, an index only says which of some belong to them.
MOST_FOUND = 2_000


@dataclass(frozen=True, slots=True)
class Matches:
    """The conversations that have all words: their uuids, None where these are more than MOST_FOUND, and whether none is missing.

    `choose` yields those of some conversations that belong to them, in their order. A hundred are asked for at a time.
    """

    ids: tuple[str, ...] | None
    is_whole: bool
    choose: Callable[[Sequence[Conversation]], Iterator[Conversation]]


class Index(Protocol):
    """An index of words. What it is told may come twice, late and in any order."""

    def index(self, ctx: Context, conversation: str, number: int, *, anew: bool) -> int | None:
        """Takes in what was said in a conversation since; with `anew`, also what its words are no more. Returns when `tidy` has
        something to do, in epoch milliseconds; None for not because of this.
        """

    def remove(self, ctx: Context, number: int) -> int | None:
        """Forgets a conversation. Returns when `tidy` has something to do."""

    def find(self, ctx: Context, keywords: Keywords, *, is_public: bool) -> Matches:
        """Returns the conversations with all terms of keywords; with `is_public`, by what their contact may see."""

    def tidy(self, ctx: Context) -> int | None:
        """Does what can wait. Returns when there is more to do, None for nothing."""
