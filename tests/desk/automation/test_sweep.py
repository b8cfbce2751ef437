"""The sweep: what is due soon comes onto its queue, in parts where there is much, and a crash anywhere loses nothing."""

from collections import Counter
from collections.abc import Sequence

import pytest

from chalicelib.context import SYSTEM
from chalicelib.desk.automation import timers
from chalicelib.desk.core import later, publishing
from chalicelib.desk.core.events import DeadlineSet, TimersDue
from chalicelib.models import queues, sequences
from chalicelib.models import timers as rows
from tests.lambdas import counted
from tests.machine.deliveries import empty_all
from tests.world import World

_PAGE = 20


@pytest.fixture(autouse=True)
def _nothing_else(world: World) -> None:
    empty_all()


class Queue:
    """What was sent to the timers queue with its delay, from which events to go on are delivered; `fails` counts down to one that
    does not work.
    """

    def __init__(self, world: World) -> None:
        self.world, self.fails = world, 0
        self.deadlines: list[tuple[str, int]] = []
        self.places: list[TimersDue] = []
        world.monkeypatch.setattr(queues, "send", self.send)
        world.monkeypatch.setattr(rows, "PAGE", _PAGE)
        world.monkeypatch.setattr(timers, "_MOST_SENT", _PAGE)

    def send(self, queue: str, bodies: Sequence[tuple[str, int]]) -> None:
        self.fails -= 1
        if self.fails == 0:
            raise queues.NotSent(queue, range(len(bodies)), "down")
        for body, delay in bodies:
            event = publishing.decode(body)
            if isinstance(event, DeadlineSet):
                self.deadlines.append((event.conversation, self.world.now + delay * 1000 - event.due_at))
            elif isinstance(event, TimersDue):
                self.places.append(event)

    def go_on(self) -> int:
        """Delivers all that says where to go on; one whose call fails comes again. Returns how many calls that took."""
        calls = 0
        while self.places:
            place, calls = self.places.pop(0), calls + 1
            try:
                timers.bring(self.world.ctx(SYSTEM), place)
            except queues.NotSent:
                self.places.append(place)
        return calls


def crowd(world: World, count: int, minutes: int = 1) -> list[str]:
    """So many deadlines in the minute after the next, or spread over more; their conversations."""
    first = (world.now // 60_000 + 1) * 60_000
    names = [f"c{at}" for at in range(count)]
    for at, name in enumerate(names):
        due_at = first + at * 60_000 * minutes // count
        event = DeadlineSet(world.account, world.now, name, "close", due_at)
        later._store(world.ctx(SYSTEM), event, f"{world.account}#{name}#close", "timers")
    sequences.set_swept(world.now // 60_000)
    return names


@pytest.fixture
def queue(world: World) -> Queue:
    return Queue(world)


def test_a_crowded_minute_is_on_the_queue_once_and_never_early(world: World, queue: Queue) -> None:
    names = crowd(world, 400)
    timers.sweep(world.ctx(SYSTEM))
    assert len(queue.deadlines) < 2 * _PAGE, "a sweep does a part and leaves the rest to others"
    calls = queue.go_on()
    assert Counter(name for name, _ in queue.deadlines) == Counter(names)
    assert all(0 <= early < 1000 for _, early in queue.deadlines)
    assert 32 <= calls <= 32 + 400 / _PAGE + rows.SHARDS
    queue.deadlines.clear()
    timers.sweep(world.ctx(SYSTEM))
    queue.go_on()
    assert queue.deadlines == [], "a minute is swept once"


@pytest.mark.parametrize("fails", [1, 2, 3, 5, 9, 20])
def test_whichever_send_fails_nothing_is_lost(world: World, queue: Queue, fails: int) -> None:
    names = crowd(world, 120)
    queue.fails = fails
    for _ in range(3):
        try:
            timers.sweep(world.ctx(SYSTEM))
        except queues.NotSent:
            world.now += 60_000
        queue.go_on()
    assert {name for name, _ in queue.deadlines} == set(names)


def test_after_an_outage_a_sweep_does_not_do_hours_of_work_in_one_call(world: World, queue: Queue) -> None:
    names = crowd(world, 600, minutes=100)
    world.now += 100 * 60_000
    with counted() as sent:
        timers.sweep(world.ctx(SYSTEM))
    assert len(queue.deadlines) < 2 * _PAGE
    assert sent.count("Query") < rows.SHARDS * 10
    queue.go_on()
    assert Counter(name for name, _ in queue.deadlines) == Counter(names)


def test_a_row_that_nobody_can_read_holds_up_no_other(world: World) -> None:
    sequences.set_swept(world.now // 60_000)
    rows.put(world.now + 60_000, "odd", "timers", "not an event")
    sent: list[str] = []
    world.monkeypatch.setattr(queues, "send", lambda queue, bodies: sent.extend(body for body, _ in bodies))
    assert timers.sweep(world.ctx(SYSTEM)) == 1
    assert sent == ["not an event"], "its queue finds that out, and keeps it as a dead letter"


def test_what_waits_for_another_queue_comes_onto_that_one(world: World) -> None:
    sequences.set_swept(world.now // 60_000)
    rows.put(world.now + 60_000, "mail", "mail", "a mail")
    sent: list[tuple[str, str]] = []
    world.monkeypatch.setattr(queues, "send", lambda queue, bodies: sent.extend((queue, body) for body, _ in bodies))
    timers.sweep(world.ctx(SYSTEM))
    assert sent == [("mail", "a mail")]
