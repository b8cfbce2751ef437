"""The desk's own index: blocks of words in DynamoDB, as block_writing.py and block_finding.py have them."""

from chalicelib.context import Context
from chalicelib.desk.search import block_finding, block_writing
from chalicelib.desk.search.port import Index, Matches
from chalicelib.rules.search_words import Keywords


class BlockIndex(Index):
    """Implements the port."""

    def index(self, ctx: Context, conversation: str, number: int, *, anew: bool) -> int | None:
        """Three requests for a message with new words."""
        return block_writing.index(ctx, conversation, number, anew=anew)

    def remove(self, ctx: Context, number: int) -> int | None:
        """Two requests."""
        return block_writing.remove(ctx, number)

    def find(self, ctx: Context, keywords: Keywords, most: int, *, is_public: bool) -> Matches:
        """A Query for each word, and one."""
        return block_finding.find(ctx, keywords, most, is_public=is_public)

    def tidy(self, ctx: Context) -> int | None:
        """Brings what was said lately to the blocks."""
        return block_writing.tidy(ctx)
