"""Plays real customer chats into a running desk: `python -m infra.replay FILE --limit N`.

Visitors speak PPMessage, agents answer in Anytime and close in OneView, all over HTTP. Then every conversation is read
back from both sides and compared with what was sent. Exit code 0 where all of it is there, 1 where something is wrong,
2 where there is nothing to play or no desk.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from infra.replay import script
from infra.replay.desk import Agent, Desk, Refused, Unusable, Web, homes, visitor_token
from infra.replay.player import Chat, Player
from infra.replay.script import Script

_SHOWN = 10


@dataclass(frozen=True)
class Result:
    """A replay in numbers. `answered` and `unanswered` are agents' turns, `closed` and `reassigned` conversations."""

    conversations: int
    sent: int
    stored: int
    in_order: int
    answered: int
    unanswered: int
    closed: int
    reassigned: int
    lost: int
    doubled: int
    per_agent: dict[str, int]
    seconds: float
    messages_per_second: float
    problems: list[str]


def result(chats: Sequence[Chat], agents: Iterable[Agent], seconds: float, further: Sequence[str] = ()) -> Result:
    """The numbers of all chats. `further` are problems outside any chat."""
    held = Counter(chat.assignee for chat in chats)
    sent = sum(len(chat.sent) for chat in chats)
    return Result(
        conversations=len(chats),
        sent=sent,
        stored=sum(chat.verdict.stored for chat in chats),
        in_order=sum(chat.verdict.in_order for chat in chats),
        answered=sum(chat.answered for chat in chats),
        unanswered=sum(chat.unanswered for chat in chats),
        closed=sum(chat.is_closed for chat in chats),
        reassigned=sum(chat.is_reassigned for chat in chats),
        lost=sum(chat.verdict.lost for chat in chats),
        doubled=sum(chat.verdict.doubled for chat in chats),
        per_agent={agent.email: held[agent.id] for agent in agents},
        seconds=round(seconds, 3),
        messages_per_second=round(sent / seconds, 1) if seconds else 0.0,
        problems=[f"{chat.script.name}: {problem}" for chat in chats for problem in chat.problems] + list(further),
    )


def table(found: Result) -> Table:
    """The numbers as they are printed."""
    loads = found.per_agent.values()
    shown = Table("", "", title="replay", show_header=False)
    for name, value in asdict(found).items():
        if name not in ("per_agent", "problems"):
            shown.add_row(name.replace("_", " ").replace(" per ", "/"), f"{value:,}")
    shown.add_row("conversations per agent", f"{min(loads, default=0)} … {max(loads, default=0)} ({len(loads)} agents)")
    return shown


def main(arguments: Sequence[str] | None = None) -> int:
    """Replays as the command line says. Returns the exit code."""
    console, options = Console(), _options(arguments)
    folder = Path(os.environ.get("DATA") or ".local")
    try:
        desk, scripts = Desk.load(folder), _scripts(options.file, options.limit)
        found = _replay(desk, scripts, options, console)
    except Unusable as error:
        print(f"replay: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    (folder / "replay.json").write_text(json.dumps(asdict(found), indent=2) + "\n")
    console.print(table(found))
    for problem in found.problems[:_SHOWN]:
        console.print(f"  {problem}", markup=False, highlight=False, soft_wrap=True)
    return 1 if found.problems else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="replay", description="Plays the chats of a MultiDoGO file into a running desk.")
    parser.add_argument("file", type=Path, metavar="FILE", help="conversations as tab-separated values")
    parser.add_argument("--limit", type=_positive, metavar="N", help="the first N conversations (default: all)")
    parser.add_argument("--parallel", type=_positive, default=8, metavar="N", help="visitors at a time (default: 8)")
    parser.add_argument("--leave-open", action="store_true", help="do not close the conversations")
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a number, 1 at least")
    return int(text)


def _scripts(file: Path, limit: int | None) -> list[Script]:
    try:
        scripts = script.read(file, limit)
    except (OSError, ValueError) as error:
        raise Unusable(f"{file} can't be played: {error}") from error
    if not scripts:
        raise Unusable(f"{file} has no conversations")
    return scripts


def _replay(desk: Desk, scripts: list[Script], options: argparse.Namespace, console: Console) -> Result:
    chats, farewells = [Chat(script) for script in scripts], list[str]()
    with homes(desk.http, options.parallel) as webs, _on_duty(webs, desk, farewells) as agents:
        with _reaching(desk):
            player = Player(webs, desk.app, visitor_token(webs[0], desk), agents, leave_open=options.leave_open)
        with _progress(console) as progress:
            started = time.monotonic()
            _each(player.play, chats, options.parallel, progress, "chats")
            seconds = time.monotonic() - started
            _each(player.verify, chats, options.parallel, progress, "read back")
    return result(chats, agents, seconds, farewells)


@contextmanager
def _reaching(desk: Desk) -> Iterator[None]:
    """Around the start of a run: an error before the first visitor means that the desk is not there, or is another one."""
    try:
        yield
    except httpx.TransportError as error:
        raise Unusable(f"no desk answers at {desk.http} ({error}): start it with `make run`") from error
    except Refused as error:
        raise Unusable(f"the desk at {desk.http} is not the one of desk.json: {error}") from error


@contextmanager
def _on_duty(webs: Sequence[Web], desk: Desk, farewells: list[str]) -> Iterator[list[Agent]]:
    """The desk's agents, online meanwhile. What goes wrong when they leave is told in `farewells`."""
    agents: list[Agent] = []
    try:
        with _reaching(desk):
            agents.extend(Agent.log_in(web, known) for web, known in zip(cycle(webs), desk.agents, strict=False))
        yield agents
    finally:
        for agent in agents:
            try:
                agent.leave()
            except (Refused, httpx.HTTPError) as error:
                farewells.append(f"{agent.email} does not go offline: {error}")


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description:9}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    return Progress(*columns, TimeElapsedColumn(), console=console)


def _each(work: Callable[[Chat], None], chats: list[Chat], parallel: int, progress: Progress, name: str) -> None:
    """Does the work for all chats, so many at a time."""
    task, started = progress.add_task(name, total=len(chats), rate=""), time.monotonic()
    with ThreadPoolExecutor(parallel) as pool:
        try:
            for done in as_completed([pool.submit(work, chat) for chat in chats]):
                done.result()
                rate = sum(len(chat.sent) for chat in chats) / (time.monotonic() - started)
                progress.update(task, advance=1, rate=f"{rate:,.0f} messages/s")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


if __name__ == "__main__":
    sys.exit(main())
