"""The real zip on an emulator that executes it: REST, queues, streams and the schedule, under the functions' own policies."""

import importlib.util
import json
import subprocess
import sys
import time
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from chalicelib.dialects.ppmessage.script import script
from chalicelib.models.timers import Timer
from tests import waiting
from tests.e2e import emulator, packaged, walk
from tests.e2e.packaged import Deployed
from tests.pictures import picture, size_of
from tests.waiting import PATIENCE

#: What Lambda brings, and what only deploys.
FOREIGN = {"boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "click", "pip", "setuptools", "yaml"}
#: Imports the app from a folder as Lambda does; says which files that took, and which of the other modules are there.
PROBE = """
import importlib.util, json, sys
sys.path.insert(0, sys.argv[1])
import app
files = [module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)]
print(json.dumps({"files": files, "there": [name for name in sys.argv[2:] if importlib.util.find_spec(name)]}))
"""
NOT_THERE = ["moto", "ministack", "pytest", "chalice.cli", "infra", "tests"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The project, packaged and deployed, with a demo account."""
    with packaged.deployed(tmp_path_factory.mktemp("packaged")) as running:
        yield running


def test_the_zip_holds_what_lambda_lacks_and_all_of_it_compiled(desk: Deployed) -> None:
    with zipfile.ZipFile(desk.zip) as packed:
        names = set(packed.namelist())
    assert {name.split("/")[0].removesuffix(".py") for name in names} & FOREIGN == set()
    sources = {name for name in names if name.endswith(".py")}
    assert {name for name in sources if name.startswith("chalice/")} == {"chalice/__init__.py", "chalice/app.py"}
    assert {name for name in sources if importlib.util.cache_from_source(name) not in names} == set()


def test_the_zip_runs_as_compiled_with_nothing_but_what_lambda_brings(desk: Deployed, tmp_path: Path) -> None:
    task, runtime = tmp_path / "task", tmp_path / "runtime"
    with zipfile.ZipFile(desk.zip) as packed:
        packed.extractall(task)
    for source in task.rglob("*.py"):
        source.write_text("raise ImportError('not compiled, or compared with its source')")
    command = [str(emulator.runtime(runtime)), "-I", "-c", PROBE, str(task), *NOT_THERE]
    environment = {"AWS_DEFAULT_REGION": "us-east-1"}
    found = json.loads(subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout)
    assert found["there"] == []
    homes = (f"{task}/", f"{runtime}/", f"{sys.base_prefix}/")
    assert [file for file in found["files"] if not file.startswith(homes)] == []
    used = {Path(file).relative_to(task).parts[0] for file in found["files"] if file.startswith(homes[0])}
    assert {"app.py", "chalicelib", "chalice", "msgspec", "pynamodb"} <= used


def test_the_emulator_runs_lambdas_in_that_python_alone(desk: Deployed) -> None:
    assert desk.call("GET", "/openapi.json").status == 200
    workers = [
        command for command in map(command_line, Path("/proc").glob("[0-9]*")) if f"{desk.folder}/ministack-lambda-" in command
    ]
    assert workers
    assert [command for command in workers if not command.startswith(f"{desk.folder}/runtime/bin/python")] == []


def command_line(process: Path) -> str:
    """A process's, empty for one that has ended meanwhile."""
    try:
        return (process / "cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def test_a_conversation_through_every_dialect(desk: Deployed) -> None:
    walk.set_auto_close(desk, warn_after=300, close_after=600)
    visitor = walk.arrive(desk)
    began = desk.time // 1000
    chat = walk.answer(desk, visitor)
    walk.assert_closes(desk, chat, began, warn_after=300, close_after=600)

    walk.set_auto_close(desk, warn_after=1, close_after=6)
    walk.reply(desk, chat.number, "Are you still there?")
    assert desk.eventually(lambda: visitor.history()[3:])
    assert visitor.info()["status"] == "OPEN"
    desk.eventually(lambda: visitor.info()["status"] == "CLOSE")
    walk.assert_closed(desk, chat)
    assert len(visitor.history()) == 4


def test_a_picture_comes_and_goes_as_it_is(desk: Deployed) -> None:
    definition = json.loads((desk.folder / "out" / "sam.json").read_text())["Resources"]["RestAPI"]["Properties"][
        "DefinitionBody"
    ]
    assert definition["x-amazon-apigateway-binary-media-types"] == ["*/*"]
    visitor, data = walk.arrive(desk), picture("PNG")
    form: Any = {"data": {"user_uuid": visitor.id}, "files": {"file": ("é.png", data, "image/png")}}
    answer = desk.http.post("/upload", **form).json()
    assert answer["error_code"] == 0, answer
    fid = answer["fuuid"]
    sent = {"conversation_uuid": visitor.conversation, "from_uuid": visitor.id, "to_uuid": visitor.conversation}
    sent |= {"uuid": str(uuid.uuid4()), "from_type": "DU", "to_type": "AP", "message_type": "NOTI"}
    image = {"message_subtype": "IMAGE", "message_body": json.dumps({"fid": fid, "mime": "image/png"})}
    assert desk.pp("PP_SEND_MESSAGE", **sent, **image).body["error_code"] == 0
    body = json.loads(visitor.history()[-1])
    found = {name: httpx.get(desk.http.get(f"/download/{body[name]}").headers["Location"]).content for name in ("orig", "thum")}
    assert (found["orig"], size_of(found["thum"])) == (data, ("PNG", 240, 120))
    for accept in ("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", "*/*"):
        drawn = desk.http.get(f"/identicon/{visitor.id}.png", headers={"Accept": accept})
        assert (drawn.headers["Content-Type"], size_of(drawn.content)) == ("image/png", ("PNG", 192, 192))


def test_a_page_gets_its_script_compressed_and_once(desk: Deployed) -> None:
    for accepted in ("gzip", "identity"):
        got = desk.http.get("/widget.js?app=a&domain=b", headers={"Accept-Encoding": accepted})
        assert (got.status_code, got.content) == (200, script().text)
        assert got.headers.get("Content-Encoding", "identity") == accepted
    assert desk.http.get("/widget.js", headers={"If-None-Match": got.headers["ETag"]}).status_code == 304


def test_a_message_that_fails_ends_apart_and_holds_up_no_other(desk: Deployed) -> None:
    routing, dead = queue("routing"), queue("routing-dead")
    # Five attempts take a quarter of an hour with the template's visibility.
    routing.set_attributes(Attributes={"VisibilityTimeout": "2"})
    routing.send_message(MessageBody="poison")
    walk.arrive(desk)
    (message,) = desk.eventually(dead.receive_messages)
    assert message.body == "poison"
    desk.eventually(lambda: held(routing) == 0)


def test_the_schedule_brings_what_only_the_timers_table_knows(desk: Deployed) -> None:
    rule = boto3.client("events").describe_rule(Name=desk.resources["SweepTimersSweepTimersEvent"])
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 minute)", "ENABLED")
    walk.set_auto_close(desk, warn_after=1, close_after=600)
    with paused(desk, "FireTimersFireTimersSqsEventSource"):
        chat = walk.answer(desk, walk.arrive(desk))
        lost = desk.eventually(lambda: taken(queue("timers"), chat.visitor.conversation, "warn"))
    now, due = int(time.time()) // 60, json.loads(lost)["due_at"]
    for minute in range(now, now + 4):  # one of them is the first that the sweep has not read yet
        row = Timer.raw(minute=f"{minute}#0", name=f"{due}#{chat.number}", due_at=due, queue="timers", event=lost)
        boto3.client("dynamodb").put_item(TableName=f"polydesk-{packaged.STAGE}-timers", Item=row)
    assert len(waiting.until(lambda: chat.visitor.history()[2:], 2 * PATIENCE)) == 1


def queue(name: str) -> Any:
    """A queue of the stage."""
    return boto3.resource("sqs").get_queue_by_name(QueueName=f"polydesk-{packaged.STAGE}-{name}")


def held(queue: Any) -> int:
    """How many messages a queue has, visible or not."""
    queue.load()
    return sum(int(count) for name, count in queue.attributes.items() if name.startswith("ApproximateNumberOf"))


def taken(queue: Any, conversation: str, kind: str) -> str | None:
    """Takes a conversation's deadline off the queue; returns the message's body, None while there is none."""
    for message in queue.receive_messages(MaxNumberOfMessages=10, VisibilityTimeout=1):
        body = json.loads(message.body)
        if (body["conversation"], body["kind"]) == (conversation, kind):
            message.delete()
            return str(message.body)
    return None


@contextmanager
def paused(desk: Deployed, mapping: str) -> Iterator[None]:
    """Meanwhile a queue's messages reach no lambda."""
    client, id_ = boto3.client("lambda"), desk.resources[mapping]
    client.update_event_source_mapping(UUID=id_, Enabled=False)
    try:
        yield
    finally:
        client.update_event_source_mapping(UUID=id_, Enabled=True)
