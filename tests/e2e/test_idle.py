"""`make run` takes next to nothing while nothing happens, and its memory stays bounded whatever comes."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.running import Desk

pytestmark = pytest.mark.slow
_SECONDS, _CORE, _MEGABYTES = 20, 0.05, 250


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    running = Desk(tmp_path)
    yield running.ready()
    running.stop()
    running.process.communicate()
    running.http.close()


def processor_time(pid: int) -> float:
    """Seconds that a process has computed."""
    spent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")


def megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def test_idle_both_processes_take_less_than_a_twentieth_of_a_core(desk: Desk) -> None:
    pids = [desk.process.pid, *desk.children()]
    assert len(pids) == 2
    time.sleep(3)
    before = sum(map(processor_time, pids))
    time.sleep(_SECONDS)
    assert sum(map(processor_time, pids)) - before < _CORE * _SECONDS


def test_large_and_hostile_requests_leave_no_trace_in_memory(desk: Desk) -> None:
    def ask(at: int) -> int:
        if at % 3 == 0:
            return desk.http.post("/api/PP_SEND_MESSAGE", content=os.urandom(21_000_000)).status_code
        if at % 3 == 1:
            return desk.http.post("/upload", files={"file": ("a.bin", os.urandom(9_900_000), "text/plain")}).status_code
        return desk.http.post(f"/api/{'x' * 300}", json={"app_uuid": "y" * 3_000_000}).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(ask, range(60))) <= {200, 404, 413}
    assert megabytes(desk.process.pid) < _MEGABYTES
    assert all(megabytes(pid) < _MEGABYTES for pid in desk.children())
