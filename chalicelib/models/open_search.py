"""OpenSearch by its own client, with signed requests (SigV4): documents with external versions, and searches. The zip has the
client where a stage has POLYDESK_SEARCH. The first request imports it, because that takes a tenth of a second.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import boto3
import urllib3

from chalicelib import config

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

_INDEX = f"polydesk-{config.STAGE}-conversations"
#: Seconds that a request may take, how often it is sent again where a connection fails, and connections that stay open.
_TIMEOUT, _RETRIES, _CONNECTIONS = urllib3.Timeout(connect=3, read=10), 2, 8
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
    """OpenSearch refused a request, or did not answer it."""


@cache
def _client(address: str) -> "OpenSearch":
    """Returns the client of a domain. It takes its credentials anew for each request, so that they renew themselves."""
    from opensearchpy import OpenSearch, Urllib3AWSV4SignerAuth, Urllib3HttpConnection

    for name in ("opensearch", "opensearchpy.trace"):  # what fails is raised; their lines have what was looked for
        logging.getLogger(name).setLevel(logging.CRITICAL)
    session = boto3.Session()
    credentials = session.get_credentials()
    if credentials is None:
        raise NotDone("there are no credentials to sign with")
    return OpenSearch(
        address,
        connection_class=Urllib3HttpConnection,
        http_auth=Urllib3AWSV4SignerAuth(credentials, session.region_name or "us-east-1", "es"),
        timeout=_TIMEOUT,
        max_retries=_RETRIES,
        retry_on_status=(),
        pool_maxsize=_CONNECTIONS,
    )


@contextmanager
def _domain() -> Iterator["OpenSearch"]:
    """Yields the client. Raises NotDone for what it is refused, with the status, and for what is not answered."""
    from opensearchpy import TransportError

    try:
        yield _client(config.SEARCH)
    except TransportError as error:
        raise NotDone(f"{type(error).__name__} {error.status_code}") from error


def create_index() -> None:
    """Creates the index, if there is none. One request, none where this process has done it."""
    _create_index(config.SEARCH)


@cache
def _create_index(address: str) -> None:
    from opensearchpy import RequestError

    with _domain() as domain:
        try:
            domain.indices.create(index=_INDEX, body=_MAPPING)
        except RequestError as error:
            if error.error != "resource_already_exists_exception":
                raise


def put(account: str, number: int, version: int, document: dict[str, Any]) -> None:
    """Stores a document, unless a later version is stored. One request, and the index first: OpenSearch would make one by itself,
    without our fields.
    """
    create_index()
    body = {"account": account, "number": number, **document}
    with _domain() as domain:
        domain.index(index=_INDEX, body=body, ignore=[409], **_place(account, number, version))


def delete(account: str, number: int, version: int) -> None:
    """Deletes a document that is of no later version. One request."""
    with _domain() as domain:
        domain.delete(index=_INDEX, ignore=[404, 409], **_place(account, number, version))


def _place(account: str, number: int, version: int) -> dict[str, Any]:
    return {"id": f"{account}:{number}", "routing": account, "version": version, "version_type": "external_gte"}


def search(account: str, filters: list[dict[str, Any]], size: int, after: int | None) -> list[tuple[int, str]]:
    """Returns numbers and uuids of documents that meet all filters, by number, those after one. One request. What a part of the
    index did not answer is a refusal, too.
    """
    body: dict[str, Any] = {
        "size": size,
        "sort": [{"number": "asc"}],
        "_source": ["number", "id"],
        "track_total_hits": False,
        "query": {"bool": {"filter": [{"term": {"account": account}}, *filters]}},
    }
    if after is not None:
        body["search_after"] = [after]
    with _domain() as domain:
        answer = domain.search(index=_INDEX, body=body, routing=account, allow_partial_search_results=False)
    return [(cast(int, hit["_source"]["number"]), cast(str, hit["_source"]["id"])) for hit in answer["hits"]["hits"]]
