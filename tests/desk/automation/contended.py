"""Many workers at once on one desk: threads whose calls to AWS come one after the other, in an order that differs each time."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from chalicelib.models import base, conversations, people, summaries
from chalicelib.models.conversations import Conversation
from chalicelib.models.people import Person
from chalicelib.models.stamps import Stamp
from chalicelib.rules import ids
from tests.world import World


@contextmanager
def _one_call_at_a_time() -> Iterator[None]:
    """Meanwhile moto answers one call after the other, whichever thread asks."""
    lock, events = threading.Lock(), base.connection.client.meta.events

    def before(**_: Any) -> None:
        lock.acquire()

    def after(**_: Any) -> None:
        lock.release()

    events.register_last("before-call", before)
    events.register_first("after-call", after)
    events.register_first("after-call-error", after)
    try:
        yield
    finally:
        events.unregister("before-call", before)
        events.unregister("after-call", after)
        events.unregister("after-call-error", after)


def at_once(work: Sequence[Callable[[], object]], workers: int = 8, seed: int = 1) -> None:
    """Does all of the work, each piece twice and in a random order. Fails with the first failure."""
    left = [*work, *work]
    random.Random(seed).shuffle(left)
    failures: list[BaseException] = []

    def run() -> None:
        while left and not failures:
            try:
                left.pop()()
            except IndexError:
                return
            except BaseException as failure:
                failures.append(failure)

    with _one_call_at_a_time():
        threads = [threading.Thread(target=run) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]


def hire(world: World, many: int) -> list[str]:
    """Ids of new agents who are online."""
    found = []
    for number in range(1001, 1001 + many):
        agent = Person(world.account, ids.uuid7(world.now, number.to_bytes(10, "big")), kind="agent", number=number)
        agent.name, agent.email, agent.level = f"Agent {number}", f"{number}@agents.test", "agent"
        agent.agents_of, agent.presence, agent.created_at, agent.updated_at = world.account, "online", world.now, world.now
        found.append(agent)
    with Person.batch_write() as batch:
        for agent in found:
            batch.save(agent)
    return [agent.id for agent in found]


def ask(world: World, many: int, **fields: Any) -> list[str]:
    """Ids of new conversations that wait, each a millisecond longer than the next."""
    rows = [_waiting(world, number, fields) for number in range(1, many + 1)]
    with Conversation.batch_write() as batch:
        for row in rows:
            batch.save(row)
    return [row.id for row in rows]


def _waiting(world: World, number: int, fields: dict[str, Any]) -> Conversation:
    id_ = ids.uuid7(world.now, number.to_bytes(10, "big"))
    row = Conversation(conversations.key(world.account, id_), version=1, number=number, subject="A parcel", channel="chat")
    row.status, row.contact_number, row.contact_key = "new", number, conversations.of_key(world.account, id_)
    row.created_at = row.status_since = row.last_activity_at = world.now
    row.message_count, row.last_message, row.preview, row.reassign_at = 1, id_, "hello", world.now + 10**9
    row.set_all(fields)
    summaries.updates(row, {}, Stamp(world.now + number))
    return row


def loads(world: World, agents: Sequence[str]) -> list[int]:
    """How many conversations the agents are said to have, after a check that they have them."""
    found = people.get_many(world.account, set(agents), consistent=True)
    held = {id_: conversations.held(world.account, id_, 1000, newest_first=True) for id_ in agents}
    assert {id_: agent.open_conversations for id_, agent in found.items()} == {id_: len(held[id_]) for id_ in agents}
    assert len({one for some in held.values() for one in some}) == sum(map(len, held.values())), "a conversation with two agents"
    return [found[id_].open_conversations for id_ in agents]
