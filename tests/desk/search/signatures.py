"""What AWS does with a signed request before it is answered: the signature is made again, from what came."""

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

_FORM = re.compile(r"AWS4-HMAC-SHA256 Credential=(\w+)/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})")


def is_right(method: str, target: str, headers: Mapping[str, str], body: bytes, secrets: Mapping[str, str]) -> bool:
    """Whether one of the keys signed this very request for OpenSearch in us-east-1. Names of headers are in small letters."""
    found = _FORM.fullmatch(headers.get("authorization", ""))
    if not found or found[1] not in secrets or headers.get("x-amz-content-sha256") != hashlib.sha256(body).hexdigest():
        return False
    key, scope, signed, signature = found.groups()
    auth = SigV4Auth(Credentials(key, secrets[key]), "es", "us-east-1")
    at = urlsplit(target)
    request = AWSRequest(
        method,
        f"http://{headers['host']}{at.path}",
        params=dict(parse_qsl(at.query, strict_parsing=bool(at.query))),
        data=body,
        headers={name: headers[name] for name in signed.split(";")},
    )
    request.context["timestamp"] = headers["x-amz-date"]
    expected = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    return "host" in signed.split(";") and (scope, signature) == (auth.credential_scope(request), expected)
