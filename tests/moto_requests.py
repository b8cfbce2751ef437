"""The way of a request of JSON from botocore to moto without what only a real server needs; what moto answers stays the same."""

from collections.abc import Iterator
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.signers import RequestSigner
from moto.core import request as requests
from requests.structures import CaseInsensitiveDict

_SIGN, _NORMALIZE = RequestSigner.sign, requests.normalize_request
_JSON = "application/x-amz-json-1."
#: Services whose requests are all of JSON. Files are signed as always, because their addresses are tested.
_SERVICES = frozenset({"dynamodb", "sqs"})


class Plain:
    """A request of JSON: all that moto looks at, without the environment of a WSGI server around it."""

    from_wsgi_server = False
    content_encoding, query_string, raw_path, path = None, b"", "/", "/"

    def __init__(self, request: AWSPreparedRequest) -> None:
        self.method, self.url = request.method, request.url
        self.raw_url = self.base_url = self.url_root = request.url
        self.headers = CaseInsensitiveDict[str](_texts(request))
        self.data: bytes = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        self.form: dict[str, Any] = {}
        self.files: dict[str, Any] = {}
        self.values: dict[str, Any] = {}
        self.environ: dict[str, Any] = {}
        self.content_type = self.headers["Content-Type"]

    def get_data(self, **_: Any) -> bytes:
        """The body."""
        return self.data


def _texts(request: AWSPreparedRequest) -> Iterator[tuple[str, str]]:
    for name, value in request.headers.items():
        yield name, value.decode() if isinstance(value, bytes) else value


def normalize(request: Any) -> Any:
    """Returns a request as moto's handlers take it."""
    kind = request.headers.get("Content-Type") if isinstance(request, AWSPreparedRequest) else None
    is_json = kind and (kind.decode() if isinstance(kind, bytes) else kind).startswith(_JSON)
    return Plain(request) if is_json and request.url.endswith(".amazonaws.com/") else _NORMALIZE(request)


def sign(self: RequestSigner, operation_name: str, request: Any, *given: Any, **more: Any) -> None:
    """Botocore hashes each body; moto reads the key and the region of what comes of it."""
    service = str(self.signing_name)
    if service not in _SERVICES or given or more.get("signing_type", "standard") != "standard":
        _SIGN(self, operation_name, request, *given, **more)
        return
    credential = f"Credential=test/20300101/{self.region_name}/{service}/aws4_request"
    request.headers["Authorization"] = f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0"
