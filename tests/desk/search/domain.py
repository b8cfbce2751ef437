"""A domain of OpenSearch on 127.0.0.1: of its documented API what the desk asks, answered in the documented shapes, for requests
that are signed as AWS wants it and that the asking lambda's policy allows.

It is no OpenSearch: nothing here was tried against a server.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from chalicelib import config
from chalicelib.models import open_search
from tests import policies
from tests.desk.search import documented, signatures
from tests.desk.search.documented import Answer

ARN = "arn:aws:es:us-east-1:123456789012:domain/search"


@dataclass
class Came:
    """A request; names of headers are in small letters."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """Where it goes, as it was sent."""
        return urlsplit(self.target).path


@dataclass
class Domain:
    """The index's mapping, documents by id with their versions, the requests that came, and answers instead of its own."""

    mapping: dict[str, Any] | None = None
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    came: list[Came] = field(default_factory=list)
    instead: list[Answer | None] = field(default_factory=list)
    #: Secrets by their keys: the suite's and moto's.
    secrets: dict[str, str] = field(default_factory=lambda: {"test": "test", "FOOBARKEY": "FOOBARSECRET"})

    def answer(self, asked: Came) -> Answer | None:
        """Returns the answer to a request; None hangs up."""
        self.came.append(asked)
        if not signatures.is_right(asked.method, asked.target, asked.headers, asked.body, self.secrets):
            return documented.UNSIGNED
        if policies.ask([(f"es:ESHttp{asked.method.capitalize()}", ARN + asked.path)]):
            return documented.NOT_ALLOWED
        return self.instead.pop(0) if self.instead else self._own(asked)

    def _own(self, asked: Came) -> Answer:
        index, _, rest = unquote(asked.path).strip("/").partition("/")
        assert index == documented.INDEX
        with_ = dict(parse_qsl(urlsplit(asked.target).query))
        given: Any = json.loads(asked.body) if asked.body else None
        if not rest:
            return self._create(given)
        if self.mapping is None:
            return documented.NO_INDEX
        if rest == "_search":
            assert with_["allow_partial_search_results"] == "false"
            return self._search(given, with_["routing"])
        return self._write(asked.method, rest.removeprefix("_doc/"), with_, given)

    def _create(self, given: Any) -> Answer:
        if self.mapping is not None:
            return documented.INDEX_THERE
        self.mapping = given["mappings"]
        return documented.INDEX_MADE

    def _write(self, method: str, id_: str, with_: dict[str, str], given: Any) -> Answer:
        assert with_["version_type"] == "external_gte" and with_["routing"] == id_.rpartition(":")[0]
        version, known = int(with_["version"]), self.versions.get(id_, 0)
        if version < known:
            return documented.conflict(id_, known, version)
        self.versions[id_] = version
        had = self.documents.pop(id_, None)
        if method == "PUT":
            self.documents[id_] = given
        result = ("updated" if had else "created") if method == "PUT" else ("deleted" if had else "not_found")
        return documented.written(id_, version, result, len(self.came))

    def _search(self, given: dict[str, Any], account: str) -> Answer:
        after = given.get("search_after", [-1])[0]
        filters = given["query"]["bool"]["filter"]
        met = [one for one in self.documents.values() if all(_meets(one, each) for each in filters) and one["number"] > after]
        page = sorted(met, key=lambda one: int(one["number"]))[: given["size"]]
        return documented.found(*[documented.hit(account, {name: one[name] for name in given["_source"]}) for one in page])


def _meets(document: dict[str, Any], each: dict[str, Any]) -> bool:
    ((kind, fields),) = each.items()
    ((name, wanted),) = fields.items()
    values = document[name] if isinstance(document[name], list) else [document[name]]
    if kind == "terms":
        return bool({*wanted} & {*values})
    return any(value.startswith(wanted) if kind == "prefix" else value == wanted for value in values)


class _Server(ThreadingHTTPServer):
    domain: Domain


class _Handler(BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm = "HTTP/1.1", True
    server: _Server

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.domain.answer(Came(self.command, self.path, headers, body))
        if answer is None:
            self.close_connection = True
        else:
            self._send(*answer)

    do_POST = do_PUT = do_DELETE = _handle

    def _send(self, status: int, said: dict[str, Any] | str) -> None:
        data = (said if isinstance(said, str) else json.dumps(said)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if isinstance(said, str) else "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name that is overridden)
        pass


@contextmanager
def serving() -> Iterator[Domain]:
    """A domain with nothing in it, which meanwhile is the one that POLYDESK_SEARCH names."""
    with _Server(("127.0.0.1", 0), _Handler) as server, pytest.MonkeyPatch.context() as here:
        server.domain = Domain()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        here.setattr(config, "SEARCH", f"http://127.0.0.1:{server.server_port}/")
        try:
            yield server.domain
        finally:
            open_search._client(config.SEARCH).close()
            open_search._client.cache_clear()
            open_search._create_index.cache_clear()
            server.shutdown()
            thread.join()
