"""A domain of OpenSearch in this process: of its documented API what the desk asks, answered in the documented shapes.

It is no OpenSearch: nothing here was tried against a server.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_SHARDS = {"total": 2, "successful": 1, "failed": 0}


@dataclass
class Answer:
    """What a pool's request returns."""

    status: int
    data: bytes


@dataclass
class Domain:
    """Documents by id with their versions, and the requests that came: method, path, headers."""

    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    came: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def request(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Answers a request."""
        at = urlsplit(url)
        self.came.append((method, unquote(at.path), headers))
        index, _, rest = at.path.strip("/").partition("/")
        asked = {name: values[0] for name, values in parse_qs(at.query).items()}
        given: Any = json.loads(body) if body else None
        if rest == "_search":
            status, answer = 200, self._search(index, given)
        elif rest.startswith("_doc/"):
            status, answer = self._write(method, index, unquote(rest.removeprefix("_doc/")), asked, given)
        else:
            status, answer = 200, {"acknowledged": True, "shards_acknowledged": True, "index": index}
        return Answer(status, json.dumps(answer).encode())

    def _write(self, method: str, index: str, id_: str, asked: dict[str, str], given: Any) -> tuple[int, dict[str, Any]]:
        assert asked["version_type"] == "external_gte" and asked["routing"] == id_.partition(":")[0]
        version, known = int(asked["version"]), self.versions.get(id_)
        if known is not None and version < known:
            reason = f"[{id_}]: version conflict, current version [{known}] is higher than the one provided [{version}]"
            error = {"type": "version_conflict_engine_exception", "reason": reason, "index": index}
            return 409, {"error": {"root_cause": [error], **error}, "status": 409}
        self.versions[id_] = version
        had = self.documents.pop(id_, None)
        if method == "PUT":
            self.documents[id_] = given
        result = ("updated" if had else "created") if method == "PUT" else ("deleted" if had else "not_found")
        status = 404 if result == "not_found" else 201 if result == "created" else 200
        return status, {"_index": index, "_id": id_, "_version": version, "result": result, "_shards": _SHARDS}

    def _search(self, index: str, given: dict[str, Any]) -> dict[str, Any]:
        after = given.get("search_after", [-1])[0]
        filters = given["query"]["bool"]["filter"]
        found = sorted((one["number"], id_) for id_, one in self.documents.items() if all(_meets(one, each) for each in filters))
        hits = [
            {
                "_index": index,
                "_id": id_,
                "_score": None,
                "_source": {name: self.documents[id_][name] for name in given["_source"]},
                "sort": [number],
            }
            for number, id_ in found
            if number > after
        ][: given["size"]]
        shards = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}
        return {"took": 1, "timed_out": False, "_shards": shards, "hits": {"max_score": None, "hits": hits}}


def _meets(document: dict[str, Any], each: dict[str, Any]) -> bool:
    ((kind, fields),) = each.items()
    ((name, wanted),) = fields.items()
    values = document[name] if isinstance(document[name], list) else [document[name]]
    if kind == "terms":
        return bool({*wanted} & {*values})
    return any(value.startswith(wanted) if kind == "prefix" else value == wanted for value in values)
