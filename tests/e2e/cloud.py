"""A cloud to deploy to: moto's server, the app behind an address, and the commands as processes."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from infra.package import ROOT
from tests.e2e import moto_shim

REGION = "us-east-1"
_SERVE = """
import app
from infra import server
web = server.serve(app.app, 0)
print(web.server.server_address[1], flush=True)
web.server.serve_forever()
"""


class Cloud:
    """One AWS account; `desk` is the address under which the deployed app is said to answer."""

    def __init__(self, url: str, fuse: moto_shim.Fuse, folder: Path) -> None:
        # Whoever runs the tests may have forbidden bytecode, which would have every command compile all it imports.
        ours = ("AWS_", "POLYDESK_", "PYTHONDONTWRITEBYTECODE")
        outer = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        self.url, self.fuse, self.data, self.checkout = url, fuse, folder / "data", folder / "checkout"
        checkout(self.checkout)
        self.environment = outer | keys | {"AWS_ENDPOINT_URL": url, "AWS_REGION": REGION, "DATA": str(self.data)}
        self.session = boto3.session.Session("test", "test", region_name=REGION)

    def client(self, service: Any) -> Any:
        return self.session.client(service, endpoint_url=self.url)

    def run(
        self, *command: str, cwd: Path | None = None, typed: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Runs `python -m …` and returns what it has said."""
        return subprocess.run(
            [sys.executable, "-W", "ignore", "-m", *command],
            cwd=cwd or self.checkout,
            env=self.environment | environment,
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def deploy(self, stage: str, *flags: str, **how: Any) -> str:
        """Deploys, which must work, and returns what it has said."""
        ran = self.run("infra.deploy", stage, *flags, **how)
        assert ran.returncode == 0, ran.stdout
        return ran.stdout

    def functions(self, stage: str) -> dict[str, Any]:
        listed = self.client("lambda").list_functions()["Functions"]
        return {function["FunctionName"]: function for function in listed if of(stage, function["FunctionName"])}

    def mappings(self, stage: str) -> list[Any]:
        listed = self.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        return [mapping for mapping in listed if of(stage, mapping["FunctionArn"].split(":")[-1])]

    def apis(self, stage: str) -> dict[str, dict[str, Any]]:
        """Methods of every REST API that calls the stage's handler: path and method to the integration's address."""
        client = self.client("apigateway")
        found = {api["id"]: self._methods(client, api["id"]) for api in client.get_rest_apis()["items"]}
        handler = f":function:polydesk-{stage}/"
        return {api: methods for api, methods in found.items() if any(handler in uri for uri in methods.values())}

    def _methods(self, client: Any, api: str) -> dict[str, str]:
        resources = client.get_resources(restApiId=api, embed=["methods"], limit=500)["items"]
        return {
            f"{name} {resource['path']}": method["methodIntegration"]["uri"]
            for resource in resources
            for name, method in resource.get("resourceMethods", {}).items()
        }

    def sockets(self, stage: str) -> dict[str, dict[str, str]]:
        """Routes of every WebSocket API of the stage, with the short name of the function that each calls."""
        client = self.client("apigatewayv2")
        mine = [api["ApiId"] for api in client.get_apis()["Items"] if of(stage, api["Name"])]
        return {api: self._routes(client, api, stage) for api in mine}

    def _routes(self, client: Any, api: str, stage: str) -> dict[str, str]:
        found = {each["IntegrationId"]: each["IntegrationUri"] for each in client.get_integrations(ApiId=api)["Items"]}
        uris = {route["RouteKey"]: found[route["Target"].split("/")[1]] for route in client.get_routes(ApiId=api)["Items"]}
        return {key: uri.split(f":function:polydesk-{stage}-")[1].split("/")[0] for key, uri in uris.items()}

    def roles(self, stage: str) -> list[str]:
        return [role["RoleName"] for role in self.client("iam").list_roles()["Roles"] if of(stage, role["RoleName"])]

    def policy(self, role: str) -> dict[str, Any]:
        """What a role allows."""
        return dict(self.client("iam").get_role_policy(RoleName=role, PolicyName=role)["PolicyDocument"])

    def throttles(self, stage: str) -> list[tuple[float, int]]:
        """Requests a second, and at once, that each API of the stage lets through: the REST API, then the WebSocket API."""
        rest, sockets = self.client("apigateway"), self.client("apigatewayv2")
        settings = [rest.get_stage(restApiId=api, stageName="v1")["methodSettings"]["*/*"] for api in self.apis(stage)]
        found = [(each["throttlingRateLimit"], each["throttlingBurstLimit"]) for each in settings]
        routes = [sockets.get_stage(ApiId=api, StageName="v1")["DefaultRouteSettings"] for api in self.sockets(stage)]
        return found + [(each["ThrottlingRateLimit"], each["ThrottlingBurstLimit"]) for each in routes]

    def rules(self, stage: str) -> list[Any]:
        return list(self.client("events").list_rules(NamePrefix=f"polydesk-{stage}-")["Rules"])

    def watched_by(self, stage: str) -> list[str]:
        """Who gets the stage's alarms, for each stack that has alarms. Moto makes the stack, without the alarms in it."""
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        mine = [each["Parameters"] for each in stacks if each["StackName"] == f"polydesk-{stage}-watch"]
        return [given["ParameterValue"] for parameters in mine for given in parameters if given["ParameterKey"] == "AlarmEmail"]

    def grants(self, function: str) -> list[str]:
        """Who may call a function, and from where."""
        client = self.client("lambda")
        try:
            policy = json.loads(client.get_policy(FunctionName=function)["Policy"])
        except client.exceptions.ResourceNotFoundException:
            return []
        return [f"{each['Principal']['Service']} {each['Condition']['ArnLike']['AWS:SourceArn']}" for each in policy["Statement"]]

    def counts(self, stage: str) -> Counter[str]:
        """How many of each kind there are."""
        functions = self.functions(stage)
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        return Counter(
            stacks=sum(each["StackName"] == f"polydesk-{stage}" for each in stacks),
            functions=len(functions),
            mappings=len(self.mappings(stage)),
            apis=len(self.apis(stage)),
            sockets=len(self.sockets(stage)),
            roles=len(self.roles(stage)),
            rules=len(self.rules(stage)),
            grants=sum(len(self.grants(name)) for name in functions),
        )

    def picture(self, stage: str) -> dict[str, Any]:
        """All that a deployment has set, without ids and times, the stage's name put as STAGE."""
        functions, mappings = self.functions(stage), self.mappings(stage)
        whole = {
            "functions": {name: _without(each, "LastModified", "CodeSha256", "CodeSize") for name, each in functions.items()},
            "mappings": sorted(
                (_without(each, "UUID", "EventSourceMappingArn", "LastModified") for each in mappings),
                key=lambda each: each["EventSourceArn"],
            ),
            "apis": list(self.apis(stage).values()),
            "sockets": list(self.sockets(stage).values()),
            "refusals": [self.client("apigateway").get_gateway_responses(restApiId=api)["items"] for api in self.apis(stage)],
            "roles": {role: self.policy(role) for role in sorted(self.roles(stage))},
            "throttles": self.throttles(stage),
            "rules": [_without(each) for each in self.rules(stage)],
            "grants": {name: len(self.grants(name)) for name in functions},
        }
        text = (
            json.dumps(whole, default=str, sort_keys=True)
            .replace(f"polydesk-{stage}", "polydesk-STAGE")
            .replace(f'"{stage}"', '"STAGE"')
        )
        for api in self.sockets(stage):
            text = text.replace(api, "SOCKETS")
        for _, stream, moment in (mapping["EventSourceArn"].partition("/stream/") for mapping in mappings):
            text = text.replace(moment, "STREAM") if stream else text
        return dict(json.loads(text))


def _without(document: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in names}


def checkout(folder: Path) -> Path:
    """A copy of ours, so that no test writes over what the real one knows of real stages."""
    left_out = shutil.ignore_patterns(".*", "__pycache__", "deployed", "deployments")
    for name in (".chalice", "chalicelib", "infra", "app.py", "requirements.txt", "requirements-local.lock"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=left_out)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def of(stage: str, name: str) -> bool:
    """Whether a name is one of the stage's."""
    return name == f"polydesk-{stage}" or name.startswith(f"polydesk-{stage}-")


@contextmanager
def cloud(folder: Path) -> Iterator[Cloud]:
    """A cloud with nothing in it, and the app behind POLYDESK_PUBLIC_URL."""
    with moto_shim.serving() as (url, fuse):
        found = Cloud(url, fuse, folder)
        web = subprocess.Popen(
            [sys.executable, "-c", _SERVE], cwd=found.checkout, env=found.environment, stdout=subprocess.PIPE, text=True
        )
        assert web.stdout is not None
        found.environment["POLYDESK_PUBLIC_URL"] = f"http://127.0.0.1:{web.stdout.readline().strip()}"
        yield found
        web.terminate()
        web.communicate()
