"""The walk at the end of a deployment tells what is wrong; tests/e2e/test_deploy.py walks where nothing is."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from infra import smoke
from infra.aws import CannotDeploy


class Broken(BaseHTTPRequestHandler):
    """Answers what the gateway would if the function could not be called, and the rest as it should not be."""

    def do_GET(self) -> None:
        status = {"/openapi.json": 502, "/api/v3/anytime/smoke": 404, "/oauth/smoke": 404}.get(self.path, 200)
        body = b"<html>" if self.path == "/oauth/smoke" else json.dumps({"message": "Internal server error"}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 404:
            self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Says nothing."""


@pytest.fixture
def broken() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Broken) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_what_is_wrong_is_told_by_the_request(broken: str) -> None:
    with pytest.raises(CannotDeploy) as told:
        smoke.walk(broken, patience=0)
    wrong = str(told.value)
    assert "GET /openapi.json answers 502, not 200" in wrong
    assert "GET /cs-chat-ticket/smoke answers 200, not 404" in wrong
    assert 'GET /api/v3/anytime/smoke answers {"message": "Internal server error"}' in wrong
    assert "GET /oauth/smoke answers <html>" in wrong
    assert "POST /api/SMOKE answers 501, not 200" in wrong


def test_an_address_where_nobody_answers_is_told() -> None:
    with pytest.raises(CannotDeploy, match=r"GET /openapi\.json: "):
        smoke.walk("http://127.0.0.1:1", patience=0)
