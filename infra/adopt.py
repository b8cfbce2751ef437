"""Adopts what exists of a stage on AWS, however far an earlier deployment came, into Chalice's record of it.

Chalice knows what it has deployed from a file that it writes last. Here that file is made from what AWS has, so that neither a
crash, a lost file nor another machine deploys anything twice.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

from infra.aws import APP, CannotDeploy, pages, say, until

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_KINDS = {"sqs": ("sqs_event", "sqs-event-source"), "dynamodb": ("dynamodb_event", "dynamodb-event-source")}
REGION_TAG = "polydesk:region"


@dataclass(frozen=True)
class Found:
    """A stage's parts, as AWS describes them; functions by Chalice's name for them."""

    functions: Mapping[str, Any]
    roles: Mapping[str, str]
    mappings: Collection[Any]
    rules: Collection[str]
    rest_api: str | None
    websocket_api: str | None

    def records(self, stage: str) -> list[dict[str, Any]]:
        """Chalice's records of it in the order of deployment; Chalice deletes in the opposite order."""
        names = {function["FunctionArn"]: name for name, function in self.functions.items()}
        return [
            *(
                _record("iam_role", f"{_short(role, stage)}_role", role_name=role, role_arn=arn)
                for role, arn in self.roles.items()
            ),
            *(_record("lambda_function", name, lambda_arn=arn) for arn, name in names.items()),
            *(_mapping_record(mapping, names[mapping["FunctionArn"]]) for mapping in self.mappings),
            *(_record("cloudwatch_event", _short(rule, stage), rule_name=rule) for rule in self.rules),
            *([_record("rest_api", "rest_api", rest_api_id=self.rest_api)] if self.rest_api else []),
            *([_record("websocket_api", "websocket_api", websocket_api_id=self.websocket_api)] if self.websocket_api else []),
        ]

    def missing(self, wanted: Collection[Any], stage: str) -> list[str]:
        """Names of the Chalice resources `wanted` that are not there."""
        there = {record["name"] for record in self.records(stage)}
        return [model.resource_name for model in wanted if hasattr(model, "resource_name") and model.resource_name not in there]


def _record(kind: str, name: str, **values: str) -> dict[str, Any]:
    return {"name": name, "resource_type": kind, **values}


def _mapping_record(mapping: Any, function: str) -> dict[str, Any]:
    source = mapping["EventSourceArn"]
    kind, suffix = _KINDS[service(source)]
    known = {"queue": source.split(":")[-1], "queue_arn": source} if service(source) == "sqs" else {"stream_arn": source}
    return _record(kind, f"{function}-{suffix}", event_uuid=mapping["UUID"], lambda_arn=mapping["FunctionArn"], **known)


def service(arn: str) -> str:
    """The service of an ARN."""
    return arn.split(":")[2]


def _short(name: str, stage: str) -> str:
    return name.removeprefix(f"{APP}-{stage}-")


def find(stage: str, streams: Collection[str]) -> Found:
    """Looks at what exists, and removes what an interrupted or older deployment has left unused.

    `streams` are the ARNs of the tables' present streams. Raises CannotDeploy as `roles` does.
    """
    client = boto3.client("lambda")
    functions = _functions(client, stage)
    arns = [function["FunctionArn"] for function in functions.values()]
    return Found(
        functions=functions,
        roles=roles(stage),
        mappings=[mapping for arn in arns for mapping in _mappings(client, arn, streams)],
        rules=_rules(stage),
        rest_api=_rest_api(f"{APP}-{stage}"),
        websocket_api=_websocket_api(f"{APP}-{stage}-websocket-api"),
    )


def _functions(client: "LambdaClient", stage: str) -> dict[str, Any]:
    """Returns Chalice's functions, found by their names and the tag that Chalice gives."""
    found: dict[str, Any] = {}
    for function in pages(client, "list_functions", "Functions"):
        name = function["FunctionName"]
        if name == f"{APP}-{stage}" or name.startswith(f"{APP}-{stage}-"):
            tag = client.list_tags(Resource=function["FunctionArn"])["Tags"].get("aws-chalice", "")
            if tag.endswith(f":stage={stage}:app={APP}"):
                found["api_handler" if name == f"{APP}-{stage}" else _short(name, stage)] = function
    return found


def roles(stage: str) -> dict[str, str]:
    """ARNs of Chalice's roles by name: roles named like the stage, whose only policy has their name.

    Raises CannotDeploy for a stage that lives in another region.
    """
    client = boto3.client("iam")
    found = {}
    for role in pages(client, "list_roles", "Roles"):
        name = role["RoleName"]
        if name.startswith(f"{APP}-{stage}-") and client.list_role_policies(RoleName=name)["PolicyNames"] == [name]:
            _check_region(stage, {tag["Key"]: tag["Value"] for tag in client.list_role_tags(RoleName=name)["Tags"]})
            found[name] = role["Arn"]
    return found


def _check_region(stage: str, tags: Mapping[str, str]) -> None:
    """Raises CannotDeploy for a stage that lives in another region. Roles are shared by all regions of an account."""
    region = boto3.session.Session().region_name
    if tags.get(REGION_TAG, region) != region:
        raise CannotDeploy(f"stage {stage} lives in {tags[REGION_TAG]}; give the one in {region} another name")


def _mappings(client: "LambdaClient", function: str, streams: Collection[str]) -> list[Any]:
    """Returns a function's mappings, one for each source. A second one, and one of a stream that no longer exists, is removed."""

    def listed() -> list[Any]:
        return list(pages(client, "list_event_source_mappings", "EventSourceMappings", FunctionName=function))

    until(lambda: all(mapping["State"] != "Deleting" for mapping in listed()), "the deletion of an event source mapping")
    kept: dict[str, Any] = {}
    for mapping in listed():
        source = mapping["EventSourceArn"]
        if source in kept or (service(source) == "dynamodb" and source not in streams):
            client.delete_event_source_mapping(UUID=mapping["UUID"])
            say("adopt", f"removed a mapping of {function.split(':')[-1]} to {source} that is of no use")
        else:
            kept[source] = mapping
    return list(kept.values())


def _rules(stage: str) -> list[str]:
    found = pages(boto3.client("events"), "list_rules", "Rules", NamePrefix=f"{APP}-{stage}-")
    return [rule["Name"] for rule in found if rule["Name"].endswith("-event")]


def _rest_api(function: str) -> str | None:
    """The REST API that calls the function: all stages' have the same name. Prefers the deployed one, then the oldest."""
    client = boto3.client("apigateway")
    named = [api for api in pages(client, "get_rest_apis", "items") if api["name"] == APP and _calls(client, api["id"], function)]
    deployed = {api["id"]: bool(client.get_stages(restApiId=api["id"])["item"]) for api in named}
    named.sort(key=lambda api: (not deployed[api["id"]], api["createdDate"]))
    for api in named[1:]:
        if deployed[api["id"]]:
            say("adopt", f"REST API {api['id']} is a second one of this stage and deployed: delete it once nobody calls it")
        else:
            client.delete_rest_api(restApiId=api["id"])
            say("adopt", f"removed REST API {api['id']}, a second one that was never deployed")
    return named[0]["id"] if named else None


def _calls(client: Any, api: str, function: str) -> bool:
    """Whether one of the API's methods calls the function."""
    found = pages(client, "get_resources", "items", restApiId=api, embed=["methods"], limit=500)
    methods = (method for resource in found for method in resource.get("resourceMethods", {}).values())
    return any(f":function:{function}/" in method.get("methodIntegration", {}).get("uri", "") for method in methods)


def _websocket_api(name: str) -> str | None:
    """The WebSocket API of that name. Chalice deploys one only when it creates it, so an undeployed one is removed."""
    client = boto3.client("apigatewayv2")
    found: str | None = None
    for api in [api for api in pages(client, "get_apis", "Items") if api["Name"] == name]:
        if client.get_stages(ApiId=api["ApiId"])["Items"]:
            found = found or api["ApiId"]
        else:
            client.delete_api(ApiId=api["ApiId"])
            say("adopt", f"removed WebSocket API {api['ApiId']}, which was never deployed")
    return found
