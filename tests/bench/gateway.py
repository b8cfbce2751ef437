"""A REST API Gateway proxy event, as AWS sends it: about 3 KB."""

import json
from typing import Any

_HEADERS = {
    "Accept": "application/json, text/plain, */*",
    "Accept-Encoding": "gzip, deflate, br",
    "Accept-Language": "en-US,en;q=0.9",
    "CloudFront-Forwarded-Proto": "https",
    "CloudFront-Is-Desktop-Viewer": "true",
    "CloudFront-Is-Mobile-Viewer": "false",
    "CloudFront-Is-SmartTV-Viewer": "false",
    "CloudFront-Is-Tablet-Viewer": "false",
    "CloudFront-Viewer-Country": "DE",
    "Host": "abcdefghij.execute-api.us-east-1.amazonaws.com",
    "Origin": "https://shop.example",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Via": "2.0 0123456789abcdef0123456789abcdef.cloudfront.net (CloudFront)",
    "X-Amz-Cf-Id": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123",
    "X-Amzn-Trace-Id": "Root=1-65a51c00-0123456789abcdef01234567",
    "X-Forwarded-For": "203.0.113.7, 198.51.100.9",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
}
_IDENTITY = {
    "cognitoIdentityPoolId": None,
    "accountId": None,
    "cognitoIdentityId": None,
    "caller": None,
    "sourceIp": "203.0.113.7",
    "principalOrgId": None,
    "accessKey": None,
    "cognitoAuthenticationType": None,
    "cognitoAuthenticationProvider": None,
    "userArn": None,
    "userAgent": _HEADERS["User-Agent"],
    "user": None,
}


def event(
    method: str, path: str, body: Any = None, authorization: str = "", query: dict[str, str] | None = None
) -> dict[str, Any]:
    """The event of a request; `body` is sent as JSON. Our routes are `/first/{p1}/{p2}…`."""
    first, *rest = path.strip("/").split("/")
    resource = f"/{first}" + "".join(f"/{{p{at}}}" for at in range(1, len(rest) + 1))
    headers = _HEADERS | {"Authorization": authorization} | ({"Content-Type": "application/json"} if body is not None else {})
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} if query else None,
        "pathParameters": {f"p{at}": value for at, value in enumerate(rest, 1)} or None,
        "stageVariables": None,
        "requestContext": _context(method, path, resource),
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def _context(method: str, path: str, resource: str) -> dict[str, Any]:
    return {
        "resourceId": "a1b2c3",
        "resourcePath": resource,
        "httpMethod": method,
        "extendedRequestId": "AbCdEfGhIjKlMnO=",
        "requestTime": "15/Jan/2027:08:00:00 +0000",
        "path": f"/v1{path}",
        "accountId": "123456789012",
        "protocol": "HTTP/1.1",
        "stage": "v1",
        "domainPrefix": "abcdefghij",
        "requestTimeEpoch": 1800000000000,
        "requestId": "01234567-89ab-cdef-0123-456789abcdef",
        "identity": _IDENTITY,
        "domainName": _HEADERS["Host"],
        "apiId": "abcdefghij",
    }
