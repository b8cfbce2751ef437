"""How long a list by keywords takes where 100,000 conversations are indexed, and what it asks of the table. SIZE=… for fewer."""

import os
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from statistics import median
from urllib.parse import urlencode

from chalicelib.models import search_rows
from chalicelib.rules import search_blocks, word_lists
from tests.bench import aws, rows
from tests.bench.aws import billed
from tests.bench.calls import CONVERSATIONS, Scene, scene
from tests.bench.capacity import desk
from tests.bench.figures import Report
from tests.world import World

_TIMES = 5
#: Seconds within which an answer has to come, and requests that three words may cost.
_MOST_SECONDS, _MOST_REQUESTS = 1, 10
#: Words that people use, the k-th one in a k-th of all places (Zipf), and how many of them a conversation has.
_VOCABULARY, _SAID = 20_000, 60
_SYLLABLES = [first + vowel for first in "bdfgklmnprstvz" for vowel in "aeiou"]
#: What is looked for: places in the vocabulary, the most frequent words first.
_SEARCHES = {"three common words": (0, 1, 2), "three words": (40, 90, 200), "one common word": (0,), "a rare word": (9_000,)}


@dataclass(frozen=True, slots=True)
class _Words:
    """The vocabulary, and the sums of its weights."""

    words: list[str]
    weights: list[float]


def measure(report: Report) -> None:
    """Fills the account's conversations and their index, then lists by keywords as an agent does."""
    size = int(os.environ.get("SIZE") or 100_000)
    with aws.whole(report.data), desk() as world:
        started, now = time.monotonic(), world.now
        rows.fill(world, 0, size)
        assert world.now == now
        known = _vocabulary()
        _fill(world, known, size)
        report.say(f"{size:,} conversations with their words in {time.monotonic() - started:.0f} s")
        at = scene(world)
        for name, places in _SEARCHES.items():
            _tell(report, name, at, " ".join(known.words[place] for place in places))


def _tell(report: Report, name: str, at: Scene, keywords: str) -> None:
    asked = f"{CONVERSATIONS}?{urlencode({'keywords': keywords, 'timeFrom': '2000-01-01T00:00:00Z'})}"
    took = []
    for _ in range(_TIMES):
        with billed() as bill:
            began = time.perf_counter()
            answer = at.world.call("GET", asked, **at.headers)
            took.append(time.perf_counter() - began)
    total = f"{answer.body['total']:,} found{'' if answer.body.get('totalIsExact', True) else ' or more'}"
    report.add(f"list by {name}", median(took), "s", _MOST_SECONDS, f"{total}; {bill.reads:g} RRU")
    most = _MOST_REQUESTS if name.startswith("three") else None
    report.add(f"list by {name}: requests", len(bill.requests), "requests", most)


def _vocabulary() -> _Words:
    made = random.Random(1)
    words = list({"".join(made.choices(_SYLLABLES, k=made.choice((1, 2, 2, 3, 3, 4)))): None for _ in range(3 * _VOCABULARY)})
    words = words[:_VOCABULARY]
    return _Words(words, list(accumulate(1 / place for place in range(1, len(words) + 1))))


def _fill(world: World, known: _Words, size: int) -> None:
    """Writes the words that blocks have of each conversation, and the blocks, as they are once an account has come to rest."""
    blocks: defaultdict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    rows.put("search", _kept_rows(world, known, size, blocks))
    rows.put(
        "search",
        (
            dict(_block_row(world, shelf, block, search_blocks.pack(words)).serialize())
            for (shelf, block), words in blocks.items()
        ),
    )


def _block_row(world: World, shelf: str, block: int, words: bytes) -> search_rows.WordBlock:
    row = search_rows.block_row(world.account, search_blocks.first_of(shelf), shelf, block)
    row.words, row.version = words, 1
    return row


def _kept_rows(
    world: World, known: _Words, size: int, blocks: defaultdict[tuple[str, int], dict[str, int]]
) -> Iterator[rows.Row]:
    said = random.Random(2)
    for id_, number in (rows.names(world, at) for at in range(size)):
        words = set(said.choices(known.words, cum_weights=known.weights, k=_SAID))
        yield _kept_row(world, id_, number, words)
        for word in words:
            found = blocks[search_blocks.shelf_of(word), search_blocks.block_of(number)]
            found[word] = found.get(word, 0) | search_blocks.bit_of(number)


def _kept_row(world: World, id_: str, number: int, words: set[str]) -> rows.Row:
    row = search_rows.kept_row(world.account, search_blocks.block_of(number), number)
    row.version, row.id, row.words, row.read_to = 1, id_, word_lists.pack(words), 1
    return dict(row.serialize())
