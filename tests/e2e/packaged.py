"""The zip of `chalice package`, deployed with its own SAM template, and a desk that speaks to it over HTTP."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import boto3
import httpx
import pytest

from infra import package, stack
from tests import visitors, waiting
from tests.e2e import emulator
from tests.visitors import Answer, Visitor

#: A stage of .chalice/config.json.
STAGE = "dev"
APP_STACK = f"{stack.name(STAGE)}-app"
_BUCKET = "packages"
_T = TypeVar("_T")


@dataclass(frozen=True)
class Agent:
    """Someone who works at the desk."""

    id: str
    email: str
    password: str
    number: int | None = None


@dataclass
class Deployed:
    """A desk behind API Gateway, with what is needed to look behind it."""

    http: httpx.Client
    account: str
    owner: Agent
    agents: list[Agent]
    clients: dict[str, dict[str, str]]
    folder: Path
    resources: dict[str, str]
    _authorizations: dict[str, str] = field(default_factory=dict)

    @property
    def zip(self) -> Path:
        """What is deployed."""
        return self.folder / "out" / "deployment.zip"

    @property
    def time(self) -> int:
        """Now, in epoch milliseconds."""
        return int(time.time() * 1000)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """A request: `body` is JSON unless it is text. Header names have _ for -."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, str):
            body, sent = json.dumps(body), {"Content-Type": "application/json"} | sent
        response = self.http.request(method, path, content=body, headers=sent)
        return Answer(response.status_code, response.json() if response.content else None, dict(response.headers))

    def pp(self, endpoint: str, label: str = "PPCOM", **given: Any) -> Answer:
        """A call of the PPMessage dialect at an api level."""
        client = self.clients[label]
        form = {"grant_type": "client_credentials", "client_id": client["api_key"], "client_secret": client["api_secret"]}
        return self.call("POST", f"/api/{endpoint}", given, Authorization=f"OAuth {self._token('/ppauth/token', form)}")

    def bearer(self, agent: Agent | None = None) -> dict[str, str]:
        """Headers of an agent (the first one), for Anytime and OneView."""
        who = agent or self.agents[0]
        form = {"grant_type": "password", "email": who.email, "password": who.password}
        return {"Authorization": f"Bearer {self._token('/oauth/token', form)}"}

    def _token(self, path: str, form: dict[str, str]) -> str:
        key = urlencode(form)
        if key not in self._authorizations:
            answer = self.call("POST", path, key, Content_Type="application/x-www-form-urlencoded")
            assert answer.status == 200, answer
            self._authorizations[key] = answer.body["access_token"]
        return self._authorizations[key]

    def visitor(self) -> Visitor:
        """A visitor who has just opened the widget."""
        return visitors.arrive(self)

    def eventually(self, holds: Callable[[], _T | None]) -> _T:
        """What `holds` returns once it is true; fails after a minute."""
        return waiting.until(holds)


@contextmanager
def deployed(folder: Path) -> Iterator[Deployed]:
    """Builds, packages and deploys the project to an emulator of its own. This process's boto3 finds that meanwhile."""
    with emulator.running(folder) as environment, pytest.MonkeyPatch.context() as here:
        for name, value in environment.items():
            here.setenv(name, value)
        project = package.build(folder / "project")
        stack.create(STAGE)
        boto3.client("s3").delete_bucket_policy(
            Bucket=stack.bucket(STAGE)
        )  # it refuses what is not TLS, which is not spoken here
        for name, value in stack.variables(stack.streams(STAGE)).items():
            here.setenv(name, value)
        out = package.archive(project, STAGE, folder / "out")
        resources = _create(out)
        # Not through the emulator's host names, which only a resolver of its own would know.
        base = f"{environment['AWS_ENDPOINT_URL']}/restapis/{resources['RestAPI']}/v1/_user_request_"
        with httpx.Client(base_url=base, timeout=60) as http:
            yield _desk(http, folder, resources)


def _create(out: Path) -> dict[str, str]:
    """What `aws cloudformation package` and `deploy` do with a SAM template; returns the resources' physical names."""
    s3, cloudformation = boto3.client("s3"), boto3.client("cloudformation")
    s3.create_bucket(Bucket=_BUCKET)
    s3.upload_file(str(out / "deployment.zip"), _BUCKET, "deployment.zip")
    template = json.loads((out / "sam.json").read_text())
    template["Resources"] = _undeployed(template["Resources"])
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["Environment"]["Variables"]["POLYDESK_ATTACHMENTS"] = stack.bucket(STAGE)
            resource["Properties"]["CodeUri"] = {"Bucket": _BUCKET, "Key": "deployment.zip"}
    s3.put_object(Bucket=_BUCKET, Key="sam.json", Body=json.dumps(template).encode())
    where = s3.generate_presigned_url("get_object", Params={"Bucket": _BUCKET, "Key": "sam.json"})
    allowed: Any = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    cloudformation.create_stack(StackName=APP_STACK, TemplateURL=where, Capabilities=allowed)
    waiter = cloudformation.get_waiter("stack_create_complete")
    waiter.wait(StackName=APP_STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    found = cloudformation.list_stack_resources(StackName=APP_STACK)["StackResourceSummaries"]
    return {resource["LogicalResourceId"]: resource.get("PhysicalResourceId", "") for resource in found}


def _undeployed(resources: dict[str, Any]) -> dict[str, Any]:
    """Without the socket API's deployment, a type that the emulator does not know; it serves an API as it is."""
    kept = {name: resource for name, resource in resources.items() if resource["Type"] != "AWS::ApiGatewayV2::Deployment"}
    for resource in kept.values():
        if resource["Type"] == "AWS::ApiGatewayV2::Stage":
            resource["Properties"].pop("DeploymentId")
    return kept


def _desk(http: httpx.Client, folder: Path, resources: dict[str, str]) -> Deployed:
    """A demo account, made in a process of its own: what this one knows of tables is moto's."""
    command = [sys.executable, "-c", "import json; from infra import demo; print(json.dumps(demo.create()))"]
    environment = os.environ | {"POLYDESK_STAGE": STAGE}
    made = json.loads(subprocess.run(command, cwd=emulator.ROOT, env=environment, stdout=subprocess.PIPE, check=True).stdout)
    owner, agents = made["owner"], made["agents"]
    return Deployed(
        http,
        made["account"]["app_uuid"],
        Agent(owner["user_uuid"], owner["email"], owner["password"]),
        [Agent(agent["user_uuid"], agent["email"], agent["password"], agent["id"]) for agent in agents],
        made["ppmessage"],
        folder,
        resources,
    )
