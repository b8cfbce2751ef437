"""The shortest form of `make chaos`: one kill. tests/e2e/test_chaos.py has a longer one."""

import os
import subprocess
import sys
from pathlib import Path


def chaos(data: Path, *arguments: str) -> str:
    """What it prints. Fails where it found something."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "POLYDESK_"))}
    command = [sys.executable, "-m", "tests.chaos", "--data", str(data), *arguments]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=500)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_a_desk_that_was_killed_has_lost_nothing(tmp_path: Path) -> None:
    told = chaos(tmp_path, "--minutes", "0.15", "--kills", "1", "--close", "4", "--visitors", "4", "--seed", "1")
    assert "nothing lost" in told
