"""A desk as `make run` starts it, which is killed and started again on the same data and ports."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

from infra.faults import VARIABLE
from tests.waiting import free_port

#: Seconds that a desk may take to start on a busy machine.
_PATIENCE = 120


class Desk:
    """`desk.json` once it runs, and when it was last killed (epoch seconds)."""

    def __init__(self, data: Path, faults: str) -> None:
        self.data, self.port, self._faults = data, free_port(), faults
        self.http = f"http://127.0.0.1:{self.port}"
        self.json: dict[str, Any] = {}
        self.kills: dict[str, int] = {"desk": 0, "aws": 0}
        self.last_kill = 0.0
        self._log: IO[str] = (data / "chaos.log").open("a")
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns when it is ready. Raises RuntimeError where it does not get so far."""
        ours = {"PORT": str(self.port), "DATA": str(self.data), "POLYDESK_LIMITS": "off", VARIABLE: self._faults}
        given = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "POLYDESK_", "FRESH"))}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "infra.local"], env=given | ours, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        assert self._process.stdout is not None
        late = threading.Timer(_PATIENCE, self._process.kill)
        late.start()
        line = self._process.stdout.readline()
        late.cancel()
        if not line.startswith("ready"):
            raise RuntimeError(f"the desk does not start again: {self.data / 'chaos.log'} says why")
        self.json = json.loads((self.data / "desk.json").read_text())

    def kill(self, dice: random.Random) -> None:
        """Kills one of its processes at once; with either, the other ends."""
        assert self._process is not None
        which = dice.choice(["desk", "aws"])
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        victim = int(children[0]) if which == "aws" and children else self._process.pid
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
        self.kills[which] += 1
        self._process.wait(_PATIENCE)
        until = time.monotonic() + _PATIENCE
        while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < until:
            time.sleep(0.05)
        self.last_kill = time.time()

    def stop(self) -> None:
        """Ends it as Ctrl-C does."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._log.close()
