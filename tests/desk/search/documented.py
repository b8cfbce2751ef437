"""Answers of OpenSearch in the shapes that its documentation shows, with our names: docs.opensearch.org on the create index,
index document, delete document and search APIs, opensearch.org's error logs; and what AWS refuses before OpenSearch is asked.

No server could be had: nothing here was recorded from one, and where the documentation has no example it is as users report it.
"""

from typing import Any

#: A status, and JSON or the text that a gateway sends instead.
Answer = tuple[int, dict[str, Any] | str]

INDEX = "polydesk-test-conversations"
_UUID = "rVw9qS4eS5iTOf5Zc2soZA"
_STATUS = {"created": 201, "updated": 200, "deleted": 200, "not_found": 404}


def written(id_: str, version: int, result: str, sequence: int = 0) -> Answer:
    """What is said of a document that was stored or deleted, or was not there."""
    facts = {"_index": INDEX, "_id": id_, "_version": version, "result": result}
    shards = {"total": 2, "successful": 2, "failed": 0}
    return _STATUS[result], facts | {"_shards": shards, "_seq_no": sequence, "_primary_term": 1}


def conflict(id_: str, stored: int, given: int) -> Answer:
    """What is said of a version that is older than the stored one."""
    reason = f"[{id_}]: version conflict, current version [{stored}] is higher than the one provided [{given}]"
    return _error(409, "version_conflict_engine_exception", reason, index=INDEX, shard="0", index_uuid=_UUID)


def found(*hits: dict[str, Any]) -> Answer:
    """What a search finds, where nobody asked how many there are."""
    shards = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}
    return 200, {"took": 3, "timed_out": False, "_shards": shards, "hits": {"max_score": None, "hits": [*hits]}}


def hit(account: str, source: dict[str, Any]) -> dict[str, Any]:
    """One of them, sorted by its number."""
    facts = {"_index": INDEX, "_id": f"{account}:{source['number']}", "_score": None, "_routing": account}
    return facts | {"_source": source, "sort": [source["number"]]}


def _error(status: int, kind: str, reason: str, **more: Any) -> Answer:
    cause = {"type": kind, "reason": reason, **more}
    return status, {"error": {"root_cause": [cause], **cause}, "status": status}


INDEX_MADE: Answer = 200, {"acknowledged": True, "shards_acknowledged": True, "index": INDEX}
INDEX_THERE = _error(
    400, "resource_already_exists_exception", f"index [{INDEX}/{_UUID}] already exists", index=INDEX, index_uuid=_UUID
)
NO_INDEX = _error(404, "index_not_found_exception", f"no such index [{INDEX}]", index=INDEX, index_uuid="_na_")
UNSIGNED: Answer = 403, {"message": "The request signature we calculated does not match the signature you provided."}
NOT_ALLOWED: Answer = (
    403,
    {"Message": "User: arn:aws:sts::123456789012:assumed-role/r/f is not authorized to perform: es:ESHttpPut"},
)
#: What is refused for other reasons: each is an error for whoever asks, and comes again with the job.
REFUSALS: list[Answer] = [
    _error(400, "strict_dynamic_mapping_exception", "mapping set to strict, dynamic introduction of [text] is not allowed"),
    UNSIGNED,
    NOT_ALLOWED,
    (413, {"Message": "Request size exceeded 10485760 bytes"}),
    _error(
        429,
        "circuit_breaking_exception",
        "[parent] Data too large, data for [<http_request>] would be [123456789b] which is larger than the limit of [67108864b]",
        bytes_wanted=123456789,
        bytes_limit=67108864,
        durability="TRANSIENT",
    ),
    (429, "429 Too Many Requests /polydesk-test-conversations/_search"),
    _error(503, "cluster_block_exception", "blocked by: [SERVICE_UNAVAILABLE/1/state not recovered / initialized];"),
    (
        503,
        {
            "error": {
                "root_cause": [],
                "type": "search_phase_execution_exception",
                "reason": "all shards failed",
                "phase": "query",
                "grouped": True,
                "failed_shards": [],
            },
            "status": 503,
        },
    ),
    (502, "<html><body><h1>502 Bad Gateway</h1></body></html>"),
    (504, {"message": None}),
]
