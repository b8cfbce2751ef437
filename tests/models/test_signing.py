"""A request is signed as botocore signs it."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import NoCredentialsError
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.models import signing
from chalicelib.models.signing import Signer

_NOW = datetime(2026, 12, 1, 8, 30, 5, tzinfo=UTC)
_URL = "https://dynamodb.us-east-1.amazonaws.com/"
_values = st.text("aB \t=/;,é", max_size=8)
_names = st.sampled_from(
    ["Content-Type", "X-Amz-Target", "User-Agent", "Expect", "Connection", "X-Amzn-Trace-Id", "x-other", "Host"]
)
_urls = [_URL, _URL.rstrip("/"), "http://127.0.0.1:8000/", "https://Some.Host:443/", "http://[::1]:80/", "http://u:p@[::1]:81"]
_credentials = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "to ken=")


class _Clock(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return _NOW


def signed(signer: type[SigV4Auth], credentials: Any = _credentials, times: int = 1, **given_: Any) -> dict[str, str]:
    request = AWSRequest("POST", **given_)
    with patch.object(signing, "datetime", _Clock), patch("botocore.auth.get_current_datetime", lambda: _NOW):
        for _ in range(times):
            signer(credentials, "dynamodb", "us-east-1").add_auth(request)
    assert request.context["timestamp"] == "20261201T083005Z"
    return dict(request.headers.items())


@given(url=st.sampled_from(_urls), headers=st.dictionaries(_names, _values), data=st.binary(max_size=9) | _values)
def test_a_request_is_signed_as_by_botocore(url: str, headers: dict[str, str], data: bytes | str) -> None:
    asked: dict[str, Any] = {"url": url, "headers": headers, "data": data}
    assert signed(Signer, **asked) == signed(SigV4Auth, **asked)


@pytest.mark.parametrize(
    "asked",
    [
        {"url": f"{_URL}a b/../c?x=1&b=%20"},
        {"url": _URL, "params": {"b": "2", "a": "ä"}},
        {"url": _URL, "headers": {"Date": "Tue, 01 Dec 2026 08:30:05 GMT"}},
        {"url": _URL, "headers": {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}},
        {"url": _URL, "data": {"a": "b"}},
    ],
)
def test_what_has_more_to_sign_botocore_signs(asked: dict[str, Any]) -> None:
    assert signed(Signer, **asked) == signed(SigV4Auth, **asked)


def test_a_request_that_is_sent_again_is_signed_again() -> None:
    asked: dict[str, Any] = {"url": _URL, "data": b"{}"}
    assert signed(Signer, times=2, **asked) == signed(SigV4Auth, times=2, **asked) == signed(Signer, **asked)


def test_other_credentials_sign_otherwise() -> None:
    other = Credentials("AKIDOTHER", "other")
    asked: dict[str, Any] = {"url": _URL, "data": b"{}"}
    assert signed(Signer, other, **asked) == signed(SigV4Auth, other, **asked) != signed(Signer, **asked)


def test_without_credentials_nothing_is_signed() -> None:
    with pytest.raises(NoCredentialsError):
        signed(Signer, None, url=_URL)


def test_only_botocores_usual_signer_is_replaced() -> None:
    chosen = {version: signing.choose(signature_version=version) for version in ("v4", "v4-query", "v4a", "bearer")}
    assert chosen == {"v4": "v4-polydesk", "v4-query": None, "v4a": None, "bearer": None}
