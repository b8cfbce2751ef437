"""What Chalice can't set of the APIs: CORS on the gateway's own refusals, an access log, and how many requests they take."""

from typing import Any

import boto3

from infra import functions
from infra.aws import APP, CannotDeploy, say

_REFUSALS: tuple[Any, ...] = ("DEFAULT_4XX", "DEFAULT_5XX")
_CORS = {
    "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
    "gatewayresponse.header.Access-Control-Allow-Headers": "'*'",
    "gatewayresponse.header.Access-Control-Allow-Methods": "'*'",
}
_BODY = {"application/json": '{"message":$context.error.messageString}'}  # the gateway's own
_LOGGED = (
    '{"time":"$context.requestTime","request":"$context.requestId","method":"$context.httpMethod","path":"$context.path",'
    '"status":"$context.status","latency":"$context.responseLatency","bytes":"$context.responseLength",'
    '"error":"$context.error.message","address":"$context.identity.sourceIp"}'
)


def url(api: str, stage: str, scheme: str = "https") -> str:
    """The API's own address; `stage` is the gateway's."""
    return f"{scheme}://{api}.execute-api.{boto3.session.Session().region_name}.amazonaws.com/{stage}"


def configure(api: str, gateway_stage: str) -> None:
    """Puts CORS on the gateway's refusals and deploys, because Chalice's import has just dropped them. Asserts it."""
    client = boto3.client("apigateway")
    for kind in _REFUSALS:
        client.put_gateway_response(restApiId=api, responseType=kind, responseParameters=_CORS, responseTemplates=_BODY)
        if client.get_gateway_response(restApiId=api, responseType=kind).get("responseParameters") != _CORS:
            raise CannotDeploy(f"REST API {api} did not take the headers of {kind}")
    traced = client.get_stage(restApiId=api, stageName=gateway_stage).get("tracingEnabled", False)
    client.create_deployment(restApiId=api, stageName=gateway_stage, tracingEnabled=traced)
    say("gateway", f"{api} refuses with CORS")


def log_access(stage: str, api: str, gateway_stage: str, account: str, days: int) -> None:
    """Writes a line a request into a log group, where the account lets the gateway write logs at all."""
    client = boto3.client("apigateway")
    if not client.get_account().get("cloudwatchRoleArn"):
        return say("gateway", "no access log: API Gateway has no CloudWatch role in this account and region")
    group = access_log(stage)
    functions.log_group(boto3.client("logs"), group, days)
    found: dict[str, Any] = dict(client.get_stage(restApiId=api, stageName=gateway_stage).get("accessLogSettings", {}))
    region = boto3.session.Session().region_name
    wanted = {"destinationArn": f"arn:aws:logs:{region}:{account}:log-group:{group}", "format": _LOGGED}
    if found != wanted:
        changes: Any = [{"op": "replace", "path": f"/accessLogSettings/{name}", "value": value} for name, value in wanted.items()]
        client.update_stage(restApiId=api, stageName=gateway_stage, patchOperations=changes)
    return say("gateway", f"access log in {group}")


def throttle(api: str, gateway_stage: str, rate: int) -> None:
    """Lets the stage of a REST API take so many requests a second, and twice as many at once; it refuses more with 429."""
    client = boto3.client("apigateway")
    wanted = {"throttling/rateLimit": str(rate), "throttling/burstLimit": str(2 * rate)}
    changes: Any = [{"op": "replace", "path": f"/*/*/{name}", "value": value} for name, value in wanted.items()]
    client.update_stage(restApiId=api, stageName=gateway_stage, patchOperations=changes)
    found: Any = client.get_stage(restApiId=api, stageName=gateway_stage).get("methodSettings", {}).get("*/*", {})
    if (found.get("throttlingRateLimit"), found.get("throttlingBurstLimit")) != (rate, 2 * rate):
        raise CannotDeploy(f"REST API {api} did not take its throttle")
    say("gateway", f"{api} takes {rate:,} requests a second")


def throttle_sockets(api: str, gateway_stage: str, rate: int) -> None:
    """The same for a WebSocket API, where each message is a request."""
    wanted: Any = {"ThrottlingRateLimit": float(rate), "ThrottlingBurstLimit": 2 * rate}
    client = boto3.client("apigatewayv2")
    answer = client.update_stage(ApiId=api, StageName=gateway_stage, DefaultRouteSettings=wanted)
    if not wanted.items() <= dict(answer.get("DefaultRouteSettings", {})).items():
        raise CannotDeploy(f"WebSocket API {api} did not take its throttle")
    say("gateway", f"{api} takes {rate:,} messages a second")


def access_log(stage: str) -> str:
    """Name of the access log's group."""
    return f"/aws/apigateway/{APP}-{stage}"
