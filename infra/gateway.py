"""What Chalice can't set of the APIs: CORS on the gateway's own refusals, how much both let through, and the access log."""

import re
from dataclasses import dataclass
from typing import Any

import boto3

from infra import functions
from infra.aws import APP, CannotDeploy, say

_CORS = {
    "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
    "gatewayresponse.header.Access-Control-Allow-Headers": "'*'",
    "gatewayresponse.header.Access-Control-Allow-Methods": "'*'",
}
#: For the throttle, which lets more through every second. Pages of other origins must be able to read it, too.
_LATER = {
    "gatewayresponse.header.Retry-After": "'1'",
    "gatewayresponse.header.Access-Control-Expose-Headers": "'Retry-After'",
}
#: What the gateway calls a path that is in no family: a call of AWS's own without its signature, or with another one.
_UNKNOWN = ("MISSING_AUTHENTICATION_TOKEN", "INVALID_SIGNATURE")
#: Headers of each kind of refusal.
_REFUSALS: dict[Any, dict[str, str]] = {"DEFAULT_4XX": _CORS, "DEFAULT_5XX": _CORS, "THROTTLED": _CORS | _LATER}
_REFUSALS |= dict.fromkeys(_UNKNOWN, _CORS)
_BODY = '{"message":$context.error.messageString}'  # the gateway's own
#: What is said of such a path.
NO_SUCH_PATH = '{"message":"there is no such path"}'
#: The resource and not the path: a file's id, which is in its path, is what opens it.
_LOGGED = (
    '{"time":"$context.requestTime","request":"$context.requestId","method":"$context.httpMethod",'
    '"resource":"$context.resourcePath","status":"$context.status","latency":"$context.responseLatency",'
    '"bytes":"$context.responseLength","error":"$context.error.responseType","address":"$context.identity.sourceIp"}'
)


@dataclass(frozen=True)
class Throttle:
    """Requests a second that a stage lets through, and how many at once."""

    rate: int
    burst: int

    @classmethod
    def of(cls, text: str) -> "Throttle":
        """What `rate/burst` says. Raises CannotDeploy."""
        found = re.fullmatch(r"([1-9]\d{0,5})/([1-9]\d{0,5})", text)
        if not found:
            raise CannotDeploy(f"the throttle must be <requests a second>/<at once>, as 500/1000, not {text!r}")
        return cls(int(found[1]), int(found[2]))


def url(api: str, stage: str, scheme: str = "https") -> str:
    """The API's own address; `stage` is the gateway's."""
    return f"{scheme}://{api}.execute-api.{boto3.session.Session().region_name}.amazonaws.com/{stage}"


def configure(api: str, gateway_stage: str, throttle: Throttle) -> None:
    """Puts CORS on the REST API's refusals and deploys, because Chalice's import has just dropped them; then the throttle.

    The stage is not traced: the gateway's part of a trace has the whole address, and with it the ids that open files.
    Asserts all of it. Raises CannotDeploy.
    """
    client = boto3.client("apigateway")
    for kind, headers in _REFUSALS.items():
        own: Any = {"statusCode": "404"} if kind in _UNKNOWN else {}
        own |= {"responseParameters": headers}
        body = {"application/json": NO_SUCH_PATH if kind in _UNKNOWN else _BODY}
        client.put_gateway_response(restApiId=api, responseType=kind, responseTemplates=body, **own)
        if not own.items() <= client.get_gateway_response(restApiId=api, responseType=kind).items():
            raise CannotDeploy(f"REST API {api} did not take the status and the headers of {kind}")
    client.create_deployment(restApiId=api, stageName=gateway_stage, tracingEnabled=False)
    stage = {"restApiId": api, "stageName": gateway_stage}
    wanted = {
        "/*/*/throttling/rateLimit": throttle.rate,
        "/*/*/throttling/burstLimit": throttle.burst,
        "/tracingEnabled": "false",
    }
    changes: Any = [{"op": "replace", "path": path, "value": str(value)} for path, value in wanted.items()]
    client.update_stage(**stage, patchOperations=changes)
    found = client.get_stage(**stage)
    settings = found.get("methodSettings", {}).get("*/*", {})
    if (settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")) != (throttle.rate, throttle.burst):
        raise CannotDeploy(f"REST API {api} did not take the throttle")
    if found.get("tracingEnabled"):
        raise CannotDeploy(f"REST API {api} is still traced")
    say("gateway", f"{api} refuses with CORS, and more than {throttle.rate} requests a second")


def throttle_sockets(api: str, gateway_stage: str, throttle: Throttle) -> None:
    """The same throttle for all routes of the WebSocket API: connections and messages a second. Asserts it."""
    client = boto3.client("apigatewayv2")
    wanted: Any = {"ThrottlingRateLimit": float(throttle.rate), "ThrottlingBurstLimit": throttle.burst}
    client.update_stage(ApiId=api, StageName=gateway_stage, DefaultRouteSettings=wanted)
    found = client.get_stage(ApiId=api, StageName=gateway_stage).get("DefaultRouteSettings", {})
    if not wanted.items() <= found.items():
        raise CannotDeploy(f"WebSocket API {api} did not take the throttle")
    say("gateway", f"{api} refuses more than {throttle.rate} messages a second")


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


def access_log(stage: str) -> str:
    """Name of the access log's group."""
    return f"/aws/apigateway/{APP}-{stage}"
