"""The other index: OpenSearch, for those who outgrow the desk's own. Its documents have our words, so both find the same."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from chalicelib.context import Context
from chalicelib.desk.search import texts
from chalicelib.desk.search.port import Index, Matches
from chalicelib.models import conversations, open_search
from chalicelib.models.conversations import Conversation
from chalicelib.rules import search_words, word_lists
from chalicelib.rules.search_words import Keywords, Term

#: Matches that one request brings; conversations that one request looks at; a version above all that a conversation gets.
_PAGE, _PART, _LAST = 1_000, 500, 2**62
#: How often a document is made again because its conversation has changed meanwhile.
_ATTEMPTS = 5


class OpenSearchIndex(Index):
    """Implements the port. A conversation's document is made anew each time; an older one replaces no later one."""

    def index(self, ctx: Context, conversation: str, number: int, *, anew: bool) -> int | None:
        """Stores the conversation's document. A request for it, its contact and each MB of messages; a put; and two to see
        whether it is still the same, because another name of the contact is no new version.
        """
        known: Any = None
        for _ in range(_ATTEMPTS):
            found = next(iter(conversations.get_many(ctx.account, [conversation], consistent=True)), None)
            if found is None or found.merged_into or found.purge_at or found.is_internal:
                return self.remove(ctx, number)
            now = found.version, [*texts.of_contact(found)]
            if now == known:
                break
            known = now
            open_search.put(ctx.account, number, found.version or 0, {"id": found.id, **_document(found)})
        return None

    def remove(self, ctx: Context, number: int) -> int | None:
        """Deletes the document. One request."""
        open_search.delete(ctx.account, number, _LAST)
        return None

    def find(self, ctx: Context, keywords: Keywords, most: int, *, is_public: bool) -> Matches:
        """A request for each thousand matches, up to `most`."""
        filters = [_filter(term, "public" if is_public else "all") for term in keywords.terms]
        found: list[tuple[int, str]] = []
        while len(found) <= most:
            page = open_search.search(ctx.account, filters, _PAGE, found[-1][0] if found else None)
            found += page
            if len(page) < _PAGE:
                break
        ids = tuple(id_ for _, id_ in found) if len(found) <= most else None
        return Matches(ids, True, partial(_choose, ctx.account, filters))

    def tidy(self, ctx: Context) -> int | None:
        """There is nothing to do."""
        return None


def _document(conversation: Conversation) -> dict[str, list[str]]:
    """Returns the words of a document: those that a contact sees, and all, each up to every sign that ends one of its parts."""
    words = word_lists.words_of(texts.whole(conversation))
    public = {word for word in words if word in word_lists.bare([word])}
    return {"public": sorted(search_words.heads_of(public)), "all": sorted(search_words.heads_of(word_lists.bare(words)))}


def _filter(term: Term, field: str) -> dict[str, Any]:
    is_beginning = term.is_beginning or len(term.text) >= search_words.LONGEST
    return {"prefix" if is_beginning else "term": {field: term.text}}


def _choose(account: str, filters: list[dict[str, Any]], rows: Sequence[Conversation]) -> list[Conversation]:
    """Returns the conversations that meet all filters. One request for each five hundred."""
    found: set[int] = set()
    for part in (rows[at : at + _PART] for at in range(0, len(rows), _PART)):
        among = {"terms": {"number": [row.number for row in part]}}
        found |= {number for number, _ in open_search.search(account, [*filters, among], _PART, None)}
    return [row for row in rows if row.number in found]
