"""Chats for the search's benchmark: real ones of the folder CHATS (MultiDoGO's columns), else made ones whose words are as
frequent as people's. Each conversation has one of them with a name, an address and an order number of its own.
"""

import csv
import os
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

#: What agents say in each chat, so that some words are in all of them.
_GREETING = "Hello, thank you for contacting support. How can I help you with your order today?"
_CLOSING = "Is there anything else that I can do for you? Have a nice day."
#: A text of a language without spaces, which every fiftieth chat has.
_DENSE, _DENSE_EACH = "我的订单还没有到请帮我查一下", 50
#: The most frequent words of English, of which made chats have the k-th in a k-th of all places (Zipf), and others behind them.
_FREQUENT = (
    "the to i you my a it is and for of in on have can me that this not with be your was please do no what hi need want when if "
    "so will they there but at just how as an or order we thank name number yes card am help get are from know now time then "
    "that's would could here all email been account change thanks new day address flight"
)
_SYLLABLES = [first + vowel for first in "bdfgklmnprstvz" for vowel in "aeiou"]
_VOCABULARY, _CHATS, _TURNS = 8_000, 3_000, 8


@dataclass(frozen=True, slots=True)
class Chat:
    """What is said in a conversation: by whom, about which order, and its texts, oldest first."""

    name: str
    email: str
    order: str
    texts: tuple[str, ...]

    @property
    def subject(self) -> str:
        """The conversation's subject."""
        return f"Order {self.order}"


def chat(turns: list[list[str]], at: int, *, is_whole: bool = True) -> Chat:
    """Returns the chat of a conversation: of the turns, with what is its own. Its texts are one of each side, or the turns."""
    said = random.Random(at)
    first, last = ("".join(said.choices(_SYLLABLES, k=3)) for _ in range(2))
    order = f"{said.choice('ABCDEFGH')}{said.choice('KLMNOP')}-{at:06d}/{said.randrange(100):02d}"
    of_contact = [*turns[at % len(turns)], f"it is order {order}", *([_DENSE] if at % _DENSE_EACH == 0 else [])]
    texts = (f"{_GREETING}\n{_CLOSING}", "\n".join(of_contact)) if is_whole else (_GREETING, *of_contact, _CLOSING)
    return Chat(f"{first} {last}".title(), f"{first}.{last}{at}@mail.test", order, texts)


def turns() -> list[list[str]]:
    """Returns what contacts say in each chat. Raises OSError where CHATS is no folder of chats."""
    place = os.environ.get("CHATS")
    found = list(_read(Path(place))) if place else list(_made())
    if not found:
        raise FileNotFoundError(f"no chats in {place}")
    return found


def _read(folder: Path) -> Iterator[list[str]]:
    for path in sorted(folder.glob("*.tsv")):
        said: defaultdict[str, list[str]] = defaultdict(list)
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row["utterance"]:
                    said[row["conversationId"]].append(row["utterance"])
        yield from said.values()


def _made() -> Iterator[list[str]]:
    made = random.Random(1)
    rare = dict.fromkeys("".join(made.choices(_SYLLABLES, k=made.choice((2, 3, 3, 4)))) for _ in range(3 * _VOCABULARY))
    words = [*_FREQUENT.split(), *rare][:_VOCABULARY]
    weights = list(accumulate(1 / (place + 4) for place in range(len(words))))
    for _ in range(_CHATS):
        yield [" ".join(made.choices(words, cum_weights=weights, k=made.randint(2, 16))) for _ in range(_TURNS)]
