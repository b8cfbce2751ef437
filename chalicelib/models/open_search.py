"""OpenSearch over HTTP: documents with external versions, and searches. Requests are signed as AWS wants it (SigV4) with what
boto3 brings, so the zip needs no client of its own.
"""

import json
from functools import cache
from typing import Any, cast
from urllib.parse import quote, urlencode

import boto3
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from chalicelib import config

_INDEX = f"polydesk-{config.STAGE}-conversations"
#: Seconds that a request may take, and how often it is sent again where nothing was answered.
_TIMEOUT, _RETRIES = urllib3.Timeout(connect=3, read=10), 2
#: A document's fields: exact words, so that both indexes find the same.
_MAPPING = {
    "mappings": {
        "dynamic": "strict",
        "properties": {
            "account": {"type": "keyword"},
            "number": {"type": "long"},
            "id": {"type": "keyword", "index": False, "doc_values": False},
            "public": {"type": "keyword"},
            "all": {"type": "keyword"},
        },
    }
}


class NotDone(Exception):
    """OpenSearch refused a request."""


@cache
def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(timeout=_TIMEOUT, retries=_RETRIES)


@cache
def _session() -> boto3.Session:
    """Returns what has the credentials, which renew themselves."""
    return boto3.Session()


def _send(method: str, path: str, body: Any = None, *accepted: int) -> Any:
    """Returns the answer to a signed request; None where its status is an accepted one. Raises NotDone for any other refusal."""
    url = f"{config.SEARCH.rstrip('/')}/{path}"
    data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    request = AWSRequest(method, url, headers={"Content-Type": "application/json"}, data=data)
    credentials = _session().get_credentials()
    if credentials is None:
        raise NotDone("there are no credentials to sign with")
    SigV4Auth(credentials, "es", _session().region_name or "us-east-1").add_auth(request)
    answer = _pool().request(method, url, body=data, headers=dict(request.headers.items()))
    if answer.status in accepted:
        return None
    if answer.status >= 300:
        raise NotDone(f"{answer.status} for {method} {path.partition('?')[0]}")
    return json.loads(answer.data)


def create_index() -> None:
    """Creates the index, if there is none. One request."""
    _send("PUT", _INDEX, _MAPPING, 400)


def put(account: str, number: int, version: int, document: dict[str, Any]) -> None:
    """Stores a document, unless a later version is stored. One request."""
    _send("PUT", _place(account, number, version), {"account": account, "number": number, **document}, 409)


def delete(account: str, number: int, version: int) -> None:
    """Deletes a document that is of no later version. One request."""
    _send("DELETE", _place(account, number, version), None, 404, 409)


def _place(account: str, number: int, version: int) -> str:
    asked = {"routing": account, "version": version, "version_type": "external_gte"}
    return f"{_INDEX}/_doc/{quote(f'{account}:{number}')}?{urlencode(asked)}"


def search(account: str, filters: list[dict[str, Any]], size: int, after: int | None) -> list[tuple[int, str]]:
    """Returns numbers and uuids of documents that meet all filters, by number, those after one. One request."""
    body: dict[str, Any] = {
        "size": size,
        "sort": [{"number": "asc"}],
        "_source": ["number", "id"],
        "track_total_hits": False,
        "query": {"bool": {"filter": [{"term": {"account": account}}, *filters]}},
    }
    if after is not None:
        body["search_after"] = [after]
    answer = _send("POST", f"{_INDEX}/_search?{urlencode({'routing': account})}", body)
    return [(cast(int, hit["_source"]["number"]), cast(str, hit["_source"]["id"])) for hit in answer["hits"]["hits"]]
