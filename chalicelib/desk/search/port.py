"""The port of the search: what an index of conversations' words does. block_index.py is the desk's own."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from chalicelib.context import Context
from chalicelib.models.conversations import Conversation
from chalicelib.rules.search_words import Keywords

#: Conversations that are found one by one, and for another order than by last reply; of more, an index only says which of some
#: belong to them.
MOST_FOUND, MOST_SORTED = 2_000, 4_000


class Matches(msgspec.Struct, frozen=True):
    """The conversations that have all words: their uuids, None where these are more than asked for, and whether none is missing.

    `choose` returns those of some conversations that belong to them, in their order. `may` says of a number, without a request,
    whether its conversation may belong to them, almost always rightly; None where the index can't. `share` is about how many of
    an account's conversations belong to them, 1 for all.
    """

    ids: tuple[str, ...] | None
    is_whole: bool
    choose: Callable[[Sequence[Conversation]], list[Conversation]]
    may: Callable[[int], bool] | None = None
    share: float = 1

    def some(self, rows: Sequence[Conversation]) -> list[Conversation]:
        """Returns those of some conversations that may belong to them. No request, or those of `choose`."""
        may = self.may
        return [row for row in rows if may(row.number)] if may else self.choose(rows)


class Index(Protocol):
    """An index of words. What it is told may come twice, late and in any order."""

    def index(self, ctx: Context, conversation: str, number: int, *, anew: bool) -> int | None:
        """Takes in what was said in a conversation since; with `anew`, also what its words are no more. Returns when `tidy` has
        something to do, in epoch milliseconds; None for not because of this.
        """

    def remove(self, ctx: Context, number: int) -> int | None:
        """Forgets a conversation. Returns when `tidy` has something to do."""

    def find(self, ctx: Context, keywords: Keywords, most: int, *, is_public: bool) -> Matches:
        """Returns the conversations with all terms of keywords, up to `most` of them one by one; with `is_public`, by what their
        contact may see.
        """

    def tidy(self, ctx: Context) -> int | None:
        """Does what can wait. Returns when there is more to do, None for nothing."""
