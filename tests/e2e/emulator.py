"""ministack as a process of its own, which runs lambdas in Lambda's Python: the zip and the AWS SDK, and nothing else.

AUTH=true makes it hold every call of a lambda against its role's policy. It stops with the process that started it.
"""

import os
import subprocess
import sys
import threading
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import httpx

from infra.emulator import stop_with
from infra.package import closure
from tests.waiting import free_port, until

ROOT = Path(__file__).parents[2]


def runtime(folder: Path) -> Path:
    """Makes an environment with what Lambda's Python brings, boto3 and what that needs, and returns its interpreter."""
    builder = venv.EnvBuilder(symlinks=True)
    builder.create(folder)
    place = Path(builder.ensure_directories(folder).env_exe)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in closure("boto3"):
        for top in {file.parts[0] for file in metadata.files(name) or [] if file.parts[0] != ".."}:
            (packages / top).symlink_to(Path(str(metadata.distribution(name).locate_file(top))))
    return place


@contextmanager
def running(folder: Path) -> Iterator[dict[str, str]]:
    """An empty AWS on a free port of this machine; yields the environment in which boto3 finds it."""
    port = free_port()
    ours = ("AWS_", "POLYDESK_", "LAMBDA_", "MINISTACK_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "LAMBDA_EXECUTOR": "local",
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "INFO",
        "TMPDIR": str(folder),
    }
    command = [sys.executable, "-m", "tests.e2e.emulator", str(runtime(folder / "runtime"))]
    with (folder / "ministack.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    endpoint = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _answers(process, endpoint))
        yield {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "test",  # ministack's root
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
    finally:
        process.kill()  # the lambdas' processes end with it: nobody speaks to them any more
        process.wait()


def _answers(process: Any, endpoint: str) -> bool:
    assert process.poll() is None, "the emulator stopped at once"
    try:
        return httpx.get(f"{endpoint}/_ministack/health").is_success
    except httpx.TransportError:
        return False


def main() -> None:
    """Serves until it is killed. Lambdas run with the interpreter that is given, which ministack takes from `sys`."""
    threading.Thread(target=stop_with, args=(os.getppid(),), daemon=True).start()
    sys.executable = sys.argv.pop()
    os.environ.pop("PYTHONPATH", None)

    from ministack import app
    from ministack.core import iam_actions
    from ministack.services import apigateway_v1, eventbridge

    # ministack looks only each ten seconds whether a schedule's minute is over.
    eventbridge._SCHEDULER_TICK_INTERVAL = 1
    # ministack does not read in an API's definition which types are not text. Of ours all are; the test looks at that.
    apigateway_v1._media_type_matches = lambda media_type, _: bool(media_type)
    # ministack wants `sqs:SendMessageBatch` of a policy; AWS has no such action, and a batch is allowed as its messages are.
    asked = iam_actions.extract_iam_action
    iam_actions.extract_iam_action = lambda *request: _of_one(asked(*request))
    app.main()


def _of_one(action: str | None) -> str | None:
    return action.removesuffix("Batch") if action and action.startswith("sqs:") else action


if __name__ == "__main__":
    main()
