"""What is imported counts on the days on which it was, live and in a recount, as where it comes from."""

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from chalicelib.desk.reports import reports
from tests.desk.reports.played import DAY, Play, amounts, ask, of_account, settle
from tests.infra.lines import ALL, CLOSED, bring, export, message, write
from tests.streams_and_queues import START
from tests.world import World

#: What a file says: not reopenings, which agent and department a conversation had at a contact's message, nor when one was closed
#: before.
_TOLD = ("cr", "rp", "mc", "ma", "fn", "fs", "nn", "ns", "bo")


def numbers(world: World, **given: Any) -> dict[Any, Any]:
    """The numbers that a file has, of each line of a report."""
    lines, by = ask(world, **given).lines, given["by"]
    told = [name for name in _TOLD if by != reports.AGENT or name not in ("cr", "mc")]
    return {
        line.start if by == reports.TIME else line.name: (
            line.open,
            +Counter({name: line.counts[name] for name in told}),
            line.by_channel if by != reports.AGENT else None,
        )
        for line in lines
    }


class Quiet(Play):
    """A desk on which nothing happens that a file does not tell: what is closed stays so."""

    def go_on(self, steps: int) -> None:
        for _ in range(steps):
            self.chance.choice([self.arrive, self.ask, self.reply, self.reply, self.wait, self.wait])()
            self.look()
        for row in self.rows()[::2]:
            self.call("PUT", f"/conversations/{row.number}", {"status": "closed"})
            self.wait()
            self.look()

    def ask(self) -> None:
        visitor = self.chance.choice(self.visitors)
        assert visitor.say("more").body["error_code"] == 0


def test_a_file_of_an_account_makes_its_reports_in_another(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    play, other = Quiet(world, random.Random(5)), World(monkeypatch, clock_of=world)
    play.go_on(25)
    world.count()
    export(world, tmp_path / "out.jsonl")
    text = (tmp_path / "out.jsonl").read_text().replace(world.account[-12:], other.account[-12:])
    (tmp_path / "in.jsonl").write_text(text)
    bring(other, tmp_path / "in.jsonl")
    other.settle()
    other.count()
    end = world.now + 1
    for by in (reports.TIME, reports.AGENT, reports.CHANNEL):
        assert numbers(other, by=by, unit="hour", end=end) == numbers(world, by=by, unit="hour", end=end), by
    closed = [{name: ask(one, end=end).total.counts[name] for name in ("cl", "en", "ls")} for one in (world, other)]
    assert closed[0] == closed[1] and closed[0]["cl"]
    world.tokens.clear()
    world.now += 4 * DAY
    settle(other)
    before = amounts(other)
    assert of_account(other, tmp_path, check=True) == 0
    assert amounts(other) == before


def test_what_agents_do_with_what_was_imported_counts_after_it(world: World, tmp_path: Path) -> None:
    """A contact has waited since the file's last message; the answer is not the first one."""
    open_ = {name: value for name, value in CLOSED.items() if name != "closed_at"} | {"status": "pending_internal"}
    since = "2027-01-14T08:00:00Z"  # a day ago
    late = message("m6", "hello?", since, contact="c1")
    bring(world, write(tmp_path / "a.jsonl", *ALL[:2], open_, *ALL[3:], late))
    number = world.call("GET", "/api/v3/anytime/conversations", **world.bearer()).body["conversations"][0]["id"]
    said = {"type": "reply", "plainBody": "sorry"}
    assert world.call("POST", f"/api/v3/anytime/conversations/{number}/messages", said, **world.bearer()).status == 200
    world.settle()
    world.count()
    counts = ask(world, start=START - 300 * DAY).total.counts
    assert (counts["fn"], counts["nn"], counts["ns"], counts["rp"], counts["mc"]) == (0, 1, DAY, 1, 1)
    world.now += 4 * DAY
    world.tokens.clear()
    settle(world)
    assert of_account(world, tmp_path, check=True) == 0
    assert ask(world, start=START - 300 * DAY).total.open == 1
