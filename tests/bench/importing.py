"""An import into the desk as `make run` starts it: messages a second, and what each process takes. The desk indexes and counts
meanwhile, and the file is checked before and read back behind. SIZE=… conversations of ten messages.
"""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.bench import processes
from tests.bench.figures import Report
from tests.bench.peer.desk import running

_MESSAGES = 10
#: Messages a second that an import into the local desk has to reach on two idle cores.
_LEAST = 100
#: Seconds between two looks at whether the desk has settled, and the share of a core that it takes then.
_LOOKS_EVERY, _IDLE = 2.5, 0.1
_HERE = "`make run`: one process over ministack with its journal; two idle cores are meant"


def measure(report: Report) -> None:
    """Adds messages a second of the import, CPU time of each process, and that the export of it has as many lines."""
    size = int(os.environ.get("SIZE") or 300)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="import-")))
        stack.enter_context(running(folder))
        file = folder / "chats.jsonl"
        file.write_text("".join(json.dumps(line) + "\n" for line in lines(size)))
        served, before = _serving(), resource.getrusage(resource.RUSAGE_CHILDREN)
        told = _run("infra.import", file, folder)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        settled = _settled(served)
        started = time.monotonic()
        _run("infra.export", folder / "out.jsonl", folder)
        exported = time.monotonic() - started
    (seconds,) = re.findall(r"lines a second in ([\d,.]+) s", told)
    messages, own = size * _MESSAGES, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    report.add("import", messages / float(seconds.replace(",", "")), "messages a second", _LEAST, _HERE, at_least=True)
    report.add("import, own CPU", own * 1000 / messages, "ms a message", note="starting, checking and reading back included")
    for name, spent in settled.items():
        report.add(f"import, CPU of {name}", spent * 1000 / messages, "ms a message", note="until nothing is left to do")
    report.add("export", messages / exported, "messages a second", note="starting included")


def _serving() -> dict[str, tuple[int, float]]:
    """The desk's process and its embedded AWS, and what CPU each has taken."""
    (desk,) = processes.children(os.getpid())
    (aws,) = processes.children(desk)
    return {"the desk": (desk, processes.cpu(desk)), "the embedded AWS": (aws, processes.cpu(aws))}


def _settled(served: dict[str, tuple[int, float]]) -> dict[str, float]:
    """Seconds of CPU that each has taken since, once they do hardly anything any more."""
    last = -1.0
    while True:
        spent = {name: processes.cpu(pid) - before for name, (pid, before) in served.items()}
        if sum(spent.values()) - last < _IDLE * _LOOKS_EVERY:
            return spent
        last = sum(spent.values())
        time.sleep(_LOOKS_EVERY)


def lines(size: int) -> list[dict[str, Any]]:
    """So many chats, half an hour apart, each with a contact."""
    made: list[dict[str, Any]] = [{"type": "agent", "id": "a", "email": "bench@import.example", "name": "Bench"}]
    for at in range(size):
        begun = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(minutes=30 * at)
        name, times = f"v{at}", [(begun + timedelta(seconds=40 * turn)).isoformat() for turn in range(_MESSAGES + 1)]
        made.append({"type": "contact", "id": name, "name": f"Visitor {at}", "created_at": times[0]})
        chat = {"type": "conversation", "id": name, "contact": name, "subject": f"Chat {at}", "assignee": "a"}
        made.append(chat | {"created_at": times[0], "closed_at": times[-1]})
        for turn, time_ in enumerate(times[:-1]):
            who = {"agent": "a"} if turn % 2 else {"contact": name}
            text = f"message {turn} of chat {at} about order {at * 7919 % 10_000}"
            made.append({"type": "message", "id": str(turn), "conversation": name, "body": text, "created_at": time_, **who})
    return made


def _run(module: str, file: Path, data: Path) -> str:
    """Runs a command on the desk of a folder; returns what it prints."""
    command = [sys.executable, "-m", module, str(file), "--stage", "local", "--data", str(data)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
