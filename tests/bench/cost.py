"""Dollars: for a million messages, for a million conversations, for a month in which nobody talks.

Requests, units, invocations and queue requests are counted in a walk through all lambdas; a lambda's duration is an
estimate from the CPU that `cpu` measured. prices.json has the prices and their date. Free tiers are left out.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import app
from chalicelib.models import conversations
from tests.bench import aws
from tests.bench.aws import Bill, billed
from tests.bench.calls import TEXT, scene, sweep
from tests.bench.figures import Report
from tests.visitors import Answer, Visitor
from tests.world import World

_PRICES = json.loads(Path(__file__).with_name("prices.json").read_text())
_USD: dict[str, float] = _PRICES["usd"]
#: Memory of a lambda; at 1,769 MB it has a whole CPU. Milliseconds of a DynamoDB or SQS request from a lambda; bytes logged.
_GB, _CPU, _REQUEST_MS, _LOGGED = 0.5, 512 / 1769, 5, 400
#: A queue's five pollers ask three times a minute, and the sweep runs each minute.
_MINUTES = 60 * 24 * 30
_POLLS = 5 * 3 * _MINUTES
#: GB that a message takes with its row in the index: the emulator's 0.5 KB, twice, and DynamoDB's 100 bytes a row.
_GB_A_MESSAGE = 1.2e-6


@dataclass
class Usage:
    """What something uses, as AWS counts it."""

    reads: float = 0
    writes: float = 0
    api: float = 0
    invocations: float = 0
    requests: float = 0
    queue: float = 0

    def __mul__(self, times: float) -> "Usage":
        return Usage(*(getattr(self, name) * times for name in self.__dataclass_fields__))

    def dollars(self, cpu_ms: float) -> dict[str, float]:
        """By service; `cpu_ms` is what an invocation takes on a whole CPU."""
        seconds = (self.invocations * cpu_ms / _CPU + self.requests * _REQUEST_MS) / 1000
        return {
            "DynamoDB": (self.reads * _USD["million_read_units"] + self.writes * _USD["million_write_units"]) / 1e6,
            "Lambda": self.invocations * _USD["million_invocations"] / 1e6 + seconds * _GB * _USD["gb_second"],
            "API Gateway": self.api * _USD["million_api_requests"] / 1e6,
            "SQS": self.queue * _USD["million_queue_requests"] / 1e6,
            "logs": self.invocations * _LOGGED / 1e9 * _USD["gb_of_logs"],
        }


@dataclass
class Counted(World):
    """A desk that counts its invocations: of the API, of streams and of queues."""

    seen: Counter[str] = field(default_factory=Counter)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        self.seen["api"] += 1
        return super().call(method, path, body, **headers)

    def records(self, table: str, *, since: str | None = None) -> list[dict[str, Any]]:
        found = super().records(table, since=since)
        self.seen["stream"] += bool(found)
        return found

    def deliver(self, queue: str, body: str) -> None:
        self.seen["queue"] += 1
        super().deliver(queue, body)

    def usage(self, bill: Bill) -> Usage:
        """Since the last time. A queue's message is sent with others, received and deleted by itself at the dearest."""
        seen, self.seen = self.seen, Counter()
        sent = sum(name.startswith("SendMessage") for name in bill.requests)
        invocations = seen["api"] + seen["stream"] + seen["queue"]
        queue = sent + 2 * seen["queue"]
        return Usage(bill.reads, bill.writes, seen["api"], invocations, len(bill.requests), queue)


def measure(report: Report) -> None:
    """The dollars, and what they are made of."""
    cpu_ms = report.value("cpu", "post: CPU")
    with aws.whole(report.data), pytest.MonkeyPatch.context() as patch:
        world = Counted(patch, searched=True)
        world.online(world.agents[0])
        _conversation(world)
        conversation, talk = _conversation(world)
        minute = _minute(world)
    kept = _GB_A_MESSAGE * 1e6 * (_USD["gb_month"] + _USD["gb_month_of_recovery"])
    _tell(report, "a million messages", (talk * (1e6 / 10)).dollars(cpu_ms))
    report.add("a million messages, kept for a month", kept, "USD", note="with their index, and recovery to any second")
    _tell(report, "a million conversations", (conversation * 1e6).dollars(cpu_ms))
    idle = minute * _MINUTES
    queues = sum(type(source).__name__ == "SQSEventConfig" for source in app.app.event_sources)
    idle.queue += queues * _POLLS
    alarms = len(aws.resources("AWS::CloudWatch::Alarm")) * _USD["alarm_month"]
    _tell(report, "an idle month", idle.dollars(cpu_ms) | {"alarms": alarms})
    report.say(f"prices of {_PRICES['as_of']}, {_PRICES['region']}, free tiers left out")


def _tell(report: Report, name: str, dollars: dict[str, float]) -> None:
    note = ", ".join(f"{service} {value:.2f}" for service, value in dollars.items() if value >= 0.005)
    report.add(name, sum(dollars.values()), "USD", note=note)


def _conversation(world: Counted) -> tuple[Usage, Usage]:
    """A conversation of ten messages that is opened, routed, picked and closed by the clock; and its messages alone."""
    world.pass_(30)
    headers, path = world.bearer(), "/api/v3/anytime/conversations"
    world.call("GET", path, **headers)
    world.seen.clear()
    with billed() as opening:
        visitor = world.visitor()
        world.settle()
    usage = world.usage(opening)
    found = conversations.get(world.account, visitor.conversation)
    assert found is not None
    world.seen.clear()
    with billed() as talking:
        _talk(world, visitor, f"{path}/{found.number}/messages", headers)
    talk = world.usage(talking)
    with billed() as closing:
        world.pass_(700)
    return _sum(usage, talk, world.usage(closing)), talk


def _talk(world: Counted, visitor: Visitor, address: str, headers: dict[str, str]) -> None:
    """Five questions and five answers, a minute apart."""
    for _ in range(5):
        visitor.say(TEXT)
        world.pass_(60)
        assert world.call("POST", address, {"type": "reply", "plainBody": TEXT}, **headers).status == 200
        world.pass_(60)


def _sum(*usages: Usage) -> Usage:
    return Usage(*(sum(getattr(usage, name) for usage in usages) for name in Usage.__dataclass_fields__))


def _minute(world: Counted) -> Usage:
    """A minute of nothing: the sweep."""
    bill = sweep(scene(world))
    return Usage(bill.reads, bill.writes, 0, 1, len(bill.requests), 0)
