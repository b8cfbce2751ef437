"""AWS's signature, version 4, of requests as DynamoDB's are: a body in memory for a host, without a path or a query.

What is signed, and the signature, are those of botocore's SigV4Auth, which makes a day's key anew for each request, prepares the
whole request once more to see its body, and lists its headers four times.
"""

import hmac
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import AUTH_TYPE_MAPS, SIGNED_HEADERS_BLACKLIST, SigV4Auth
from botocore.awsrequest import AWSRequest

from chalicelib.models.transport import host_of

#: Names of botocore's signer and of ours, and of what both do.
_THEIRS, _OURS, _HOW = "v4", "v4-polydesk", "AWS4-HMAC-SHA256"
#: Headers of the signature that a request has which is sent again.
_OF_SIGNATURES = ("Authorization", "X-Amz-Date", "X-Amz-Security-Token")
_UNSIGNED = frozenset(SIGNED_HEADERS_BLACKLIST)


class Signer(SigV4Auth):
    """Signs requests with AWS's credentials."""

    _region_name: str
    _service_name: str

    def add_auth(self, request: AWSRequest) -> None:
        """Adds the headers of a signature. Raises NoCredentialsError."""
        if self.credentials is None or not _is_plain(request):
            super().add_auth(request)
            return
        stamp = request.context["timestamp"] = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        for name in _OF_SIGNATURES:
            del request.headers[name]  # which may be missing
        request.headers["X-Amz-Date"] = stamp
        if self.credentials.token:
            request.headers["X-Amz-Security-Token"] = self.credentials.token
        request.headers["Authorization"] = self._authorization(request, stamp)

    def _authorization(self, request: AWSRequest, stamp: str) -> str:
        given = {name.lower(): value for name, value in request.headers.items()}
        signed = sorted((given.keys() | {"host"}) - _UNSIGNED)
        given.setdefault("host", host_of(request.url))
        lines = [f"{name}:{' '.join(given[name].split())}\n" for name in signed]
        names = ";".join(signed)
        asked = f"{request.method}\n/\n\n{''.join(lines)}\n{names}\n{_digest(request.data or b'')}"
        day = (stamp[:8], self._region_name, self._service_name)
        scope, key = f"{'/'.join(day)}/aws4_request", _key(self.credentials.secret_key, *day)
        signature = hmac.digest(key, f"{_HOW}\n{stamp}\n{scope}\n{_digest(asked)}".encode(), "sha256").hex()
        return f"{_HOW} Credential={self.credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"


AUTH_TYPE_MAPS[_OURS] = Signer


def choose(signature_version: Any, **_: Any) -> str | None:
    """Returns our signer in place of botocore's, and no answer for any other: a handler of botocore's `choose-signer`."""
    return _OURS if signature_version == _THEIRS else None


def _is_plain(request: AWSRequest) -> bool:
    """Returns whether a request has only headers and a body in memory to sign."""
    return (
        _has_only_host(request.url)
        and not request.params
        and isinstance(request.data, bytes | str)
        and not request.context.get("checksum")
        and request.context.get("payload_signing_enabled", True)
        and not any(name in request.headers for name in ("Date", "X-Amz-Content-SHA256"))
    )


@lru_cache(64)
def _has_only_host(url: str) -> bool:
    return urlsplit(url)[2:] in (("/", "", ""), ("", "", ""))


@lru_cache(4)
def _key(secret: str, day: str, region: str, service: str) -> bytes:
    """Returns the key of a day (YYYYMMDD)."""
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _digest(text: str | bytes) -> str:
    return sha256(text.encode() if isinstance(text, str) else text).hexdigest()
