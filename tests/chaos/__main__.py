"""`make chaos MINUTES=5 SEED=…`: the local desk under replayed chats, killed at random, and recounted when it has come to rest.

Visitors and agents talk to it over HTTP, some over sockets; every few seconds its process or that of the embedded AWS is killed
and started again; inside it, lambdas die between two calls, batches come late and twice, answers are lost (infra/faults.py).
What was acknowledged must be there once, in its order; each conversation is one agent's; no count is wrong, no deadline late.
Exit code 0, or 1.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from infra import local
from tests.chaos.desk import Desk
from tests.chaos.people import Agent, Client, Visitor
from tests.chaos.sockets import Widget

FAULTS = "crash=0.01 drop=0.02 double=0.05 delay=0.2"
#: Seconds: how long the desk may take to come to rest where its queues get no shorter, and how long all must stay as it is.
_REST, _STILL = 180, 3
#: Conversations that routing gives to each agent: fewer than they would have, so that visitors wait for a place.
_LIMIT = 2
#: Seconds between two kills.
_EVERY = (4.0, 15.0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs as the command line says; returns the exit code."""
    given = _options(arguments)
    seed = given.seed or str(random.SystemRandom().getrandbits(32))
    data = Path(given.data or tempfile.mkdtemp(prefix="chaos-"))
    data.mkdir(parents=True, exist_ok=True)
    print(f"chaos: seed {seed}, {given.minutes:g} minutes, data in {data}", flush=True)
    desk = Desk(data, given.faults)
    try:
        return _run(desk, seed, given)
    finally:
        desk.stop()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="chaos", description="Kills a talking desk at random, and recounts what it has.")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument(
        "--seed", default="", help="of what is random here; what threads make of it differs (default: another one)"
    )
    parser.add_argument("--visitors", type=int, default=8)
    parser.add_argument("--close", type=int, default=20, help="seconds after which a silent conversation is closed (20)")
    parser.add_argument("--kills", type=int, default=0, help="after these none (default: as many as there is time for)")
    parser.add_argument("--faults", default=FAULTS, help=f"what goes wrong inside (default: {FAULTS!r})")
    parser.add_argument("--data", default="", help="the desk's folder, kept (default: a new one)")
    return parser.parse_args(arguments)


def _run(desk: Desk, seed: str, given: argparse.Namespace) -> int:
    dice, ended = random.Random(seed), threading.Event()
    desk.start()
    owner = Agent(desk, desk.json["owner"] | {"id": 0}, f"{seed}-owner", "127.0.0.1", ended)
    owner.log_in()
    clocks = {"isEnabled": True, "reassignUnpickedAfter": given.close * 3 // 4, "warnAfter": given.close // 2}
    owner.call("PUT", "/api/v3/anytime/autoClose", json=clocks | {"closeAfter": given.close})
    preferences = [{"agentId": known["id"], "maxConcurrentCount": _LIMIT} for known in desk.json["agents"]]
    limits = {"ifEnableConversationLimitForEachAgent": True, "agentPreferences": preferences}
    owner.call("PUT", "/api/v3/anytime/autoAllocation", json=limits)
    agents = [Agent(desk, known, f"{seed}-a{at}", f"127.3.1.{at + 1}", ended) for at, known in enumerate(desk.json["agents"])]
    kinds = [Widget if at % 4 == 0 else Visitor for at in range(given.visitors)]
    visitors = [kind(desk, f"{seed}-v{at}", f"127.3.2.{at + 1}", ended) for at, kind in enumerate(kinds)]
    everybody: list[Client] = [*agents, *visitors]
    for somebody in everybody:
        somebody.start()
    _kill(desk, dice, time.monotonic() + given.minutes * 60, given.kills or sys.maxsize)
    ended.set()
    for somebody in everybody:
        somebody.join(timeout=120)
    found = [problem for somebody in everybody for problem in somebody.problems]
    found += [f"{somebody.name} hangs" for somebody in everybody if somebody.is_alive()]
    found += _recount(desk, visitors, agents)
    return _tell(desk, visitors, agents, found)


def _kill(desk: Desk, dice: random.Random, end: float, most: int) -> None:
    """Kills the desk and starts it again, until the time is up."""
    while time.monotonic() < end:
        time.sleep(max(0.0, min(dice.uniform(*_EVERY), end - time.monotonic())))
        if sum(desk.kills.values()) < most:
            desk.kill(dice)
            desk.start()


def _recount(desk: Desk, visitors: Sequence[Visitor], agents: Sequence[Agent]) -> list[str]:
    """What is wrong once nothing happens any more."""
    local.attach(desk.data)
    from infra import dead
    from tests.chaos import recount

    letters, tables = dead.Letters(local.STAGE), recount.Tables(desk.json["account"]["app_uuid"])
    found, until, least = ["it does not come to rest"], time.monotonic() + _REST, _backlog()
    buried = {name: count for name in letters.names if (count := letters.count(name))}
    if buried:
        print(f"chaos: dead letters are replayed: {buried}", flush=True)
        dead.finish(letters, [*buried], None, max(buried.values()), again=True)
    while time.monotonic() < until:
        before = _state(tables, visitors)
        time.sleep(_STILL)
        found, left = list(recount.problems(tables, visitors, agents)), _backlog()
        if not (found or left) and before == _state(tables, visitors) and not _open(tables, visitors):
            break
        if left < least:  # a long run leaves much to do, which takes as long as it takes
            least, until = left, time.monotonic() + _REST
    else:
        found = found or [f"it does not come to rest: {_backlog()} messages wait, {len(_open(tables, visitors))} are open"]
    dead_left = sum(map(letters.count, letters.names))
    return found + ([f"{dead_left} dead letters"] if dead_left else []) + list(_seen(visitors))


def _state(tables: Any, visitors: Sequence[Visitor]) -> list[tuple[str, int]]:
    return [(row.id, row.version) for row in tables.conversations(visitors).values()]


def _open(tables: Any, visitors: Sequence[Visitor]) -> list[int]:
    """Conversations whose clock runs: they are waited for."""
    rows = tables.conversations(visitors).values()
    return [row.number for row in rows if row.is_open and (row.close_at or row.warn_at)]


def _backlog() -> int:
    """How many messages wait on queues, or are being handled."""
    import boto3

    from infra import stack

    client, names = boto3.client("sqs"), ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    count = 0
    for queue in stack.queues(local.STAGE):
        url = client.get_queue_url(QueueName=f"polydesk-{local.STAGE}-{queue}")["QueueUrl"]
        told: Any = client.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]  # type: ignore[arg-type]
        count += sum(int(value) for value in told.values())
    return count


def _seen(visitors: Sequence[Visitor]) -> list[str]:
    """What visitors are shown less than they said, through the API."""
    missing: list[str] = []
    for visitor in visitors:
        if visitor.said.told:
            shown = [text for text in visitor.history() if text.startswith(f"{visitor.name} ")]
            known = [text for text in visitor.said.told if text in shown]
            if visitor.said.told[-1] not in shown or known != [text for text in shown if text in visitor.said.told]:
                missing.append(f"{visitor.name} is shown {shown}")
    return missing


def _tell(desk: Desk, visitors: Sequence[Visitor], agents: Sequence[Agent], found: Sequence[str]) -> int:
    said = sum(len(one.said.told) for one in visitors)
    answered = sum(len(each.told) for one in agents for each in one.said.values())
    everybody: list[Client] = [*visitors, *agents]
    print(f"chaos: {said} messages of {len(visitors)} visitors, {answered} answers of {len(agents)} agents")
    repeated = sum(one.repeated for one in everybody)
    print(f"chaos: {sum(one.asked for one in everybody)} requests, of which {repeated} were repeated")
    print(f"chaos: killed {desk.kills['desk']} times, its embedded AWS {desk.kills['aws']} times")
    for problem in found:
        print(f"  {problem}")
    if not (said and answered):
        found = [*found, "nobody said anything"]
    print("chaos: " + (f"{len(found)} problems" if found else "nothing lost, doubled, out of order, assigned twice or late"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
