"""Cold start: import and first request of the real zip, over a Chalice app with one boto3 client; and the zip's size.

Each start is a fresh Python process that sees what Lambda would show it: the unpacked zip, and boto3 in a folder of the
runtime. CPU time of the process, because the wall's depends on who else is at work; the starts of all kinds take turns.
"""

import compileall
import json
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path
from py_compile import PycInvalidationMode
from statistics import median
from typing import Any

import pytest

from infra import package
from tests.bench import aws
from tests.bench.figures import Report, ratio
from tests.bench.gateway import event
from tests.world import World

_STARTS, _BUDGET, _MOST_BYTES = 15, 1.5, 6_500_000
#: What Lambda's runtime brings.
_RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six")
_PLAIN = """
import boto3
from chalice.app import Chalice

app = Chalice(app_name="plain")
client = boto3.client("dynamodb")


@app.route("/api/{p1}", methods=["POST"])
def get(p1):
    key = {"dg": {"S": app.current_request.json_body["app_uuid"]}}
    return client.get_item(TableName="polydesk-dev-tokens", Key=key).get("Item", {})
"""
_START = """
import json, sys, time
sys.path[:0] = sys.argv[1:3]
event = json.loads(sys.stdin.read())
before = time.process_time()
import app
answer = app.app(event, None)
spent = time.process_time() - before
assert answer["statusCode"] == 200, answer
print(spent)
"""


def measure(report: Report) -> None:
    """Ratios with and without compiled modules, and bytes."""
    place = report.data / "cold"
    shutil.rmtree(place, ignore_errors=True)
    out = package.archive(package.build(place / "project"), "dev", place / "out")
    report.add("zip", (out / "deployment.zip").stat().st_size, "bytes", _MOST_BYTES, "without boto3, which Lambda brings")
    for compiled in (True, False):
        _lay_out(place / _kind(compiled), out / "deployment.zip", compiled)
    with aws.tables(report.data), pytest.MonkeyPatch.context() as patch:
        spent = _spent(place, _first_request(World(patch)))
    for compiled in (True, False):
        ours, plain = spent[_kind(compiled), "ours"], spent[_kind(compiled), "plain"]
        took = f"{median(ours) * 1000:.0f} over {median(plain) * 1000:.0f} ms of CPU"
        note = f"{took}; two reads of a local DynamoDB over one"
        report.add(f"start, {_kind(compiled)}", ratio(ours, plain), "x", _BUDGET if compiled else None, note)


def _kind(compiled: bool) -> str:
    return "compiled" if compiled else "not compiled"


def _lay_out(place: Path, archive: Path, compiled: bool) -> None:
    """Folders `ours`, `plain` and `runtime`."""
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(place / "ours")
    (place / "plain").mkdir()
    (place / "plain" / "app.py").write_text(_PLAIN)
    for name in ("__init__.py", "app.py"):
        (place / "plain" / "chalice").mkdir(exist_ok=True)
        shutil.copy(_home("chalice") / name, place / "plain" / "chalice")
    for name in _RUNTIME:
        _copy(_home(name), place / "runtime")
    if compiled:
        for folder in ("plain", "runtime"):
            compileall.compile_dir(place / folder, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    else:
        for compiled_here in list(place.rglob("__pycache__")):
            shutil.rmtree(compiled_here)


def _home(name: str) -> Path:
    found = find_spec(name)
    assert found and found.origin
    origin = Path(found.origin)
    return origin.parent if origin.name == "__init__.py" else origin


def _copy(what: Path, into: Path) -> None:
    into.mkdir(exist_ok=True)
    if what.is_dir():
        shutil.copytree(what, into / what.name, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(what, into)


def _first_request(world: World) -> dict[str, Any]:
    return event("POST", "/api/PP_GET_APP_INFO", {"app_uuid": world.account}, f"OAuth {world._kept('PPCOM')}")


def _spent(place: Path, request: dict[str, Any]) -> dict[tuple[str, str], list[float]]:
    """CPU seconds of each start, by kind and app."""
    kinds = [(_kind(compiled), app) for compiled in (True, False) for app in ("ours", "plain")]
    times: dict[tuple[str, str], list[float]] = {kind: [] for kind in kinds}
    for _ in range(_STARTS):
        for kind in kinds:
            times[kind].append(_start(place / kind[0] / kind[1], place / kind[0] / "runtime", request))
    return times


def _start(task: Path, runtime: Path, request: dict[str, Any]) -> float:
    command = [sys.executable, "-S", "-B", "-c", _START, str(task), str(runtime)]
    ran = subprocess.run(
        command,
        input=json.dumps(request),
        env={**os.environ, "POLYDESK_STAGE": "dev"},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(ran.stdout)
