"""A client that openapi-python-client makes of `/openapi.json` speaks with a running desk."""

import importlib
import subprocess
import sys
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

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


class Walk:
    """Calls of the generated client, by the name of their operation."""

    def __init__(self, package: ModuleType, client: Any) -> None:
        self.package, self.client = package, client

    def __call__(self, operation: str, *given: Any, **body: Any) -> Any:
        """What is answered; `body` are the fields of the body, of the first of the classes that may be one."""
        module = importlib.import_module(f"{_NAME}.api.{operation.partition('_')[0]}.{operation}")
        named = {}
        if body:
            shape = module._get_kwargs.__annotations__["body"]
            named["body"] = (get_args(shape) or (shape,))[0].from_dict(body)
        answer = module.sync_detailed(*given, client=self.client, **named)
        assert answer.status_code == HTTPStatus.OK, (operation, answer.content)
        return answer.parsed


def test_a_walk_with_the_generated_client(desk: Desk, package: ModuleType) -> None:
    tokens = [headers["Authorization"].partition(" ")[2] for headers in (desk.agent(), desk.bearer(desk.json["owner"]))]
    agents, owners = (package.AuthenticatedClient(desk.json["http"], token) for token in tokens)
    with agents, owners:
        walk, administer = Walk(package, agents), Walk(package, owners)
        tag = administer("anytime_make_tag", name="late").tag
        assert [each.name for each in walk("anytime_list_tags").tags] == ["late"]
        note = {"type": "note", "plainBody": "It rang twice."}
        opened = walk("anytime_create_conversation", subject="Where is it?", channel="portal", message=note).conversation
        assert opened.subject == "Where is it?"
        reply = walk("anytime_post_message", opened.id, type="reply", plainBody="It is on its way.").message
        assert reply.plain_body == "It is on its way."
        told = sorted(walk("anytime_list_messages", opened.id).messages, key=lambda each: int(each.id))
        assert [message.plain_body for message in told] == ["It rang twice.", "It is on its way."]
        changed = walk("anytime_update_conversation", opened.id, priority="urgent", tagIds=[tag.id]).conversation
        assert changed.tag_ids == [tag.id]
        assert walk("anytime_get_conversation", opened.id).conversation.priority == "urgent"
        assert opened.id in [each.id for each in walk("anytime_list_conversations").conversations]
        assert len(walk("anytime_list_agents").agents) == 4
        assert walk("anytime_list_contacts").total_is_exact
        assert walk("anytime_get_auto_close").is_enabled in (True, False)


def test_a_ticket_of_oneview_s_with_the_generated_client(desk: Desk, package: ModuleType) -> None:
    token = desk.agent()["Authorization"].partition(" ")[2]
    with package.AuthenticatedClient(desk.json["http"], token) as client:
        for name in ("one_view_info", "one_view_tickets"):
            module = importlib.import_module(f"{_NAME}.api.one_view.{name}")
            answer = module.sync_detailed(client=client)
            assert (answer.status_code, answer.parsed is not None) == (HTTPStatus.OK, True), answer.content


def test_no_call_is_left_out(desk: Desk, package: ModuleType) -> None:
    described = [
        call["operationId"] for path in desk.http.get("/openapi.json").json()["paths"].values() for call in path.values()
    ]
    made = [path for path in (Path(str(package.__file__)).parent / "api").glob("*/*.py") if path.stem != "__init__"]
    assert len(made) == len(described)
