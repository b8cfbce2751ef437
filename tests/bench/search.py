"""Lists by keywords at 1,000, 10,000 and 100,000 indexed conversations (SIZE=… for one size): how long the whole answer takes,
and what it asks of the tables; and what writing the index costs. CHATS=folder takes real chats.

Seconds are the fastest of several, because machines have other things to do; the note has the seconds of the processor that the
desk takes of them.
"""

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from chalicelib.desk.core import cache
from chalicelib.rules import search_words
from tests.bench import aws, searched
from tests.bench.aws import Bill, billed
from tests.bench.calls import CONVERSATIONS
from tests.bench.capacity import desk
from tests.bench.figures import Report
from tests.bench.searched import Filling
from tests.visitors import Answer
from tests.world import World

_SIZES, _TIMES = (1_000, 10_000, 100_000), 4
#: Seconds within which an answer has to come, and requests that three common words may cost.
_MOST_SECONDS, _MOST_REQUESTS = 1, 10
#: Write units that a message may cost.
_MOST_UNITS = 3
_BASE = CONVERSATIONS.removesuffix("conversations")


@dataclass(frozen=True, slots=True)
class Asked:
    """A list that is asked for: its keywords, its kind, what else it is to have, how many pages are followed before."""

    keywords: str
    kind: str = "conversations"
    given: Mapping[str, Any] = field(default_factory=dict)
    follow: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Took:
    """What one list took: seconds, of these the desk's processor, its bill, and what was found."""

    seconds: float
    cpu: float
    bill: Bill
    found: str

    @property
    def told(self) -> str:
        """All in a line."""
        requests = len(self.bill.requests)
        return (
            f"{self.seconds:.2f} s ({self.cpu:.2f} of the processor), {requests} requests, {self.bill.reads:g} RRU, {self.found}"
        )


def measure(report: Report) -> None:
    """Fills an account, and lists by keywords as an agent does, at each size."""
    size = int(os.environ.get("SIZE") or 0)
    sizes = (size,) if size else _SIZES
    took: dict[str, dict[int, Took]] = {}
    with aws.whole(report.data), desk() as world:
        _write(report, World(world.monkeypatch, clock_of=world, name="checked"))
        filling = Filling(world)
        for before, now in zip((0, *sizes), sizes, strict=False):
            started = time.monotonic()
            filling.fill(before, now)
            report.say(f"{now:,} conversations in the index, the last {now - before:,} in {time.monotonic() - started:.0f} s")
            cache.clear_all()
            for name, asked in _lists(filling, now):
                took.setdefault(name, {})[now] = _took(world, asked)
                report.say(f"{name}: {took[name][now].told}")
                if now == sizes[-1]:
                    _tell(report, name, asked, took[name])


def _write(report: Report, world: World) -> None:
    """Tells what the search's writer costs, whose rows are those that the account is filled with."""
    messages, bill = searched.check(world)
    note = f"{messages:,} messages, {bill.reads / messages:.2g} RRU each; with blocks"
    report.add("a message that is indexed", bill.writes / messages, "WRU", _MOST_UNITS, note)


def _tell(report: Report, name: str, asked: Asked, at: dict[int, Took]) -> None:
    last = [*at.values()][-1]
    others = "; ".join(f"{one.seconds:.2f} s, {len(one.bill.requests)} requests at {size:,}" for size, one in [*at.items()][:-1])
    note = f"{last.cpu:.2f} s of the processor, {last.bill.reads:g} RRU, {last.found}"
    report.add(name, last.seconds, "s", _MOST_SECONDS, "; ".join(filter(None, (note, others))))
    most = asked.most if max(at) >= _SIZES[-1] else None  # fewer matches are read one by one
    report.add(f"{name}: requests", len(last.bill.requests), "requests", most)


def _took(world: World, asked: Asked) -> Took:
    every = [_once(world, asked) for _ in range(_TIMES)]
    return min(every, key=lambda one: one.seconds)


def _once(world: World, asked: Asked) -> Took:
    """A list by somebody whose token and settings the process knows."""
    headers = world.bearer()
    world.call("GET", f"{_BASE}autoClose", **headers)
    path = f"{_BASE}{asked.kind}?{urlencode({'keywords': asked.keywords, **asked.given})}"
    for _ in range(asked.follow):
        path = world.call("GET", path, **headers).body["nextPage"]
    with billed() as bill:
        began, busy = time.perf_counter(), time.process_time()
        answer = world.call("GET", path, **headers)
        seconds, cpu = time.perf_counter() - began, time.process_time() - busy
    return Took(seconds, cpu, bill, _found(asked, answer))


def _found(asked: Asked, answer: Answer) -> str:
    assert answer.status == 200, answer
    shown = len(answer.body[asked.kind])
    if "total" not in answer.body:
        return f"{shown} shown"
    more = "" if answer.body.get("totalIsExact", True) else " or more"
    return f"{shown} shown of {answer.body['total']:,}{more}"


def _condition(field_: str, value: Any) -> dict[str, Any]:
    return {"conditions[0][field]": field_, "conditions[0][matchType]": "is", "conditions[0][value]": value}


def _lists(filling: Filling, size: int) -> Iterator[tuple[str, Asked]]:
    """Yields what is looked for among so many conversations, by name."""
    world = filling.world
    by_frequency = sorted(filling.frequency, key=lambda word: (-filling.frequency[word], word))
    often = [word for word in by_frequency if filling.frequency[word] < 0.9 * size and len(word) > 1]
    third = [word for word in often if 0.3 * size <= filling.frequency[word] <= 0.6 * size][-3:]
    hot, common, chat = "contacting", " ".join(often[:3]), filling.chat(size - 7)
    yield "three common words", Asked(common, most=_MOST_REQUESTS)
    yield "three words that a third has", Asked(" ".join(third), most=_MOST_REQUESTS)
    yield "three words that all have", Asked("contacting support today", most=_MOST_REQUESTS)
    yield "a word that all have", Asked(hot)
    yield "an order number", Asked(chat.order)
    yield "an e-mail address", Asked(filling.chat(filling.contact_at(size - 7)).email)
    yield "an order number and a word that all have", Asked(f"{hot} {chat.order}")
    yield "a beginning of two letters", Asked("th")
    yield "a beginning of one letter", Asked("t")
    yield "Chinese", Asked("我的订单还没有到")
    yield "words that are never together", Asked(" ".join(_apart(filling)))
    yield "a phrase that all have", Asked('"thank you for contacting"')
    yield "a phrase that nobody has, of words that all have", Asked('"contacting you thank"')
    yield "a phrase that nobody has, of three common words", Asked(f'"{common} {hot}"')
    yield "32 words that all have", Asked(" ".join(search_words.words_of(" ".join(filling.chat(0).texts[:1]))))
    yield "three common words, the oldest first", Asked(common, given={"sortOrder": "ascending"})
    yield "three common words, the third page", Asked(common, follow=2)
    yield "three common words, page 20", Asked(common, given={"pageIndex": 20})
    for name, given in _conditions(world):
        yield f"three common words, {name}", Asked(common, given=given)
        yield f"a word that all have, {name}", Asked(hot, given=given)
    for order in ("lastActivityTime", "priority", "status", "nextSLABreach"):
        yield f"a word that all have, by {order}", Asked(hot, given={"sortBy": order})
        yield f"three common words, by {order}", Asked(common, given={"sortBy": order})
    yield "three words that a third has, by priority", Asked(" ".join(third), given={"sortBy": "priority"})
    yield "a word that all have, by priority, the second page", Asked(hot, given={"sortBy": "priority"}, follow=1)
    yield "deleted ones: a word that all have", Asked(hot, "deletedconversations")
    yield "deleted ones: a phrase that nobody has", Asked('"contacting you thank"', "deletedconversations")
    portal = {"contactId": filling.contact(0).number}
    yield "portal: a word that all have", Asked(hot, "portalconversations", portal)
    yield "portal: a phrase that nobody has", Asked('"contacting you thank"', "portalconversations", portal)
    yield "contacts: an address", Asked(filling.contact(filling.contact_at(size - 7)).email, "contacts")
    yield "contacts: a word that all have", Asked("mail.test", "contacts")


def _conditions(world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "open ones", _condition("status", "pendingInternal")
    yield "an agent's", _condition("agentAssigneeId", world.agents[1].number)
    yield "those with a tag", {"tagId": searched.TAG}
    yield "those with a tag that nobody has", {"tagId": searched.TAG + 1}
    yield "those of an agent who has none", _condition("agentAssigneeId", world.owner.number)


def _apart(filling: Filling) -> tuple[str, str]:
    """Two words of many chats of which none has both."""
    of: dict[str, set[int]] = {}
    for at, turns in enumerate(filling.turns):
        for word in search_words.words_of(" ".join(turns)):
            of.setdefault(word, set()).add(at)
    often = sorted(of, key=lambda word: (-len(of[word]), word))[:400]
    return next((first, second) for at, first in enumerate(often) for second in often[:at] if not of[first] & of[second])
