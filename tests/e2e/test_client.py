"""A client that openapi-python-client makes of `/openapi.json` speaks with a running desk."""

import importlib
import subprocess
import sys
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.running import Desk

_NAME = "polydesk_client"


@pytest.fixture(scope="module")
def package(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The generated client. One answer of the document is no JSON, which it leaves out, and it says so of nothing else."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_bytes(desk.http.get("/openapi.json").content)
    (folder / "config.yml").write_text("post_hooks: []\n")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", "openapi.json", "--meta", "none"]
    command += ["--output-path", _NAME, "--config", "config.yml"]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout
    sys.path.insert(0, str(folder))
    return importlib.import_module(_NAME)


def test_a_walk_with_the_generated_client(desk: Desk, package: ModuleType) -> None:
    models = importlib.import_module(f"{_NAME}.models")
    http = package.AuthenticatedClient(desk.json["http"], desk.agent()["Authorization"].partition(" ")[2])
    owner = package.AuthenticatedClient(desk.json["http"], desk.bearer(desk.json["owner"])["Authorization"].partition(" ")[2])

    def call(name: str, *given: Any, by: Any = http, **named: Any) -> Any:
        module = importlib.import_module(f"{_NAME}.api.{name}")
        answer = module.sync_detailed(*given, client=by, **named)
        assert answer.status_code == HTTPStatus.OK, (name, answer.content)
        return answer.parsed

    def body(operation: str, **fields: Any) -> Any:
        """The body of an operation, in the one of its classes that has the fields beside each other."""
        module = importlib.import_module(f"{_NAME}.api.{operation}")
        shape = str(module._get_kwargs.__annotations__["body"])
        return _class_in(models, shape).from_dict(fields)

    made = call("anytime.anytime_make_tag", body=body("anytime.anytime_make_tag", name="late"), by=owner)
    assert call("anytime.anytime_get_tag", made.tag.id).tag.name == "late"
    assert [tag.name for tag in call("anytime.anytime_list_tags").tags] == ["late"]
    opened = call(
        "anytime.anytime_create_conversation",
        body=body(
            "anytime.anytime_create_conversation",
            subject="Where is my order?",
            channel="portal",
            message={"type": "note", "plainBody": "It rang twice."},
        ),
    ).conversation
    assert opened.subject == "Where is my order?"
    said = body("anytime.anytime_post_message", type="reply", plainBody="It is on its way.")
    assert call("anytime.anytime_post_message", opened.id, body=said).message.plain_body == "It is on its way."
    told = call("anytime.anytime_list_messages", opened.id).messages
    assert [message.plain_body for message in sorted(told, key=lambda each: each.id)] == ["It rang twice.", "It is on its way."]
    changed = body("anytime.anytime_update_conversation", priority="urgent", tagIds=[made.tag.id])
    assert call("anytime.anytime_update_conversation", opened.id, body=changed).conversation.tag_ids == [made.tag.id]
    assert call("anytime.anytime_get_conversation", opened.id).conversation.priority.value == "urgent"
    assert opened.id in [each.id for each in call("anytime.anytime_list_conversations").conversations]
    assert len(call("anytime.anytime_list_agents").agents) == 4
    assert call("anytime.anytime_list_contacts").contacts
    assert call("anytime.anytime_get_auto_close").is_enabled in (True, False)
    assert call("one_view.one_view_info")
    assert call("one_view.one_view_tickets")


def _class_in(models: ModuleType, annotation: str) -> Any:
    """The first class that an annotation names."""
    named: Callable[[str], Any] = lambda name: getattr(models, name, None)  # noqa: E731
    words = annotation.replace("|", " ").replace("'", " ").replace(">", " ").split()
    return next(found for word in words if (found := named(word.rpartition(".")[2])))


def test_no_call_is_left_out(desk: Desk, package: ModuleType) -> None:
    described = [
        call["operationId"] for path in desk.http.get("/openapi.json").json()["paths"].values() for call in path.values()
    ]
    made = [path for path in (Path(str(package.__file__)).parent / "api").glob("*/*.py") if path.stem != "__init__"]
    assert len(made) == len(described)
