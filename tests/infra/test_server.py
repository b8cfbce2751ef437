"""HTTP of `make run` refuses as the deployed API does: in JSON, whatever is asked."""

import json
import socket
from collections.abc import Iterator

import httpx
import pytest

from infra import server
from infra.gateway import NO_SUCH_PATH
from tests.running import served
from tests.waiting import PATIENCE

PATHS = {
    "PPMessage": "/api/PP_GET_APP_INFO",
    "Anytime": "/api/v3/anytime/conversations",
    "OneView": "/cs-chat-ticket/v1/tickets",
    "LiveChat": "/auth/addon/live_chat/operator/list",
}
#: Of a refusal in each dialect's shape: the status, and the keys of the body.
SHAPES = {
    "PPMessage": (200, {"error_code", "error_string", "uri", "error_detail"}),
    "Anytime": (405, {"code", "message"}),
    "OneView": (405, {"errors"}),
    "LiveChat": (405, {"status", "type", "message"}),
}


#: Methods of these paths where they are more than GET.
ALLOWED = {"PPMessage": "OPTIONS, POST", "Anytime": "DELETE, GET, OPTIONS, POST, PUT"}


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """A client of a server of the app."""
    with served() as address, httpx.Client(base_url=address, timeout=PATIENCE) as client:
        yield client


@pytest.mark.parametrize("dialect", PATHS)
@pytest.mark.parametrize("method", ["TRACE", "QUERY", "PROPFIND", "BREW", "PATCH"])
def test_a_method_that_nobody_serves_is_refused_by_the_dialect_whose_path_it_is(
    http: httpx.Client, dialect: str, method: str
) -> None:
    answer = http.request(method, PATHS[dialect])
    status, keys = SHAPES[dialect]
    assert (answer.status_code, answer.json().keys()) == (status, keys)
    assert answer.headers["Allow"] == ALLOWED.get(dialect, "GET, OPTIONS")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_head_is_refused_without_a_body_and_the_connection_goes_on(http: httpx.Client) -> None:
    for path in (*PATHS.values(), "/openapi.json"):
        answer = http.head(path)
        assert (answer.content, "Allow" in answer.headers) == (b"", True)
        assert http.get("/openapi.json").status_code == 200


@pytest.mark.parametrize("path", ["/nowhere", "/api/", "/api/v3/a/b/c/d/e/f/g", "//[", "/openapi.json/x"])
@pytest.mark.parametrize("authorization", [None, b"Bearer x", "OAuth é".encode("latin-1"), b'"'])
def test_a_path_that_nobody_has_is_not_found(http: httpx.Client, path: str, authorization: bytes | None) -> None:
    headers = {b"Authorization": authorization} if authorization else {}
    for method in ("GET", "POST", "TRACE"):
        answer = http.send(
            httpx.Request(method, f"{http.base_url}".rstrip("/"), headers=headers, extensions={"target": path.encode()})
        )
        assert (answer.status_code, answer.text) == (404, NO_SUCH_PATH)
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/9.9",
        b"GET / NONSENSE",
        b'"\\ / HTTP/x"',
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1",
        b"GET / HTTP/1.1\r\na: 1" * 99,
    ],
)
def test_what_is_no_http_is_refused_in_json(http: httpx.Client, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", http.base_url.port or 0), timeout=PATIENCE) as connection:
        connection.sendall(sent + b"\r\nConnection: close\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, body = answer.rpartition(b"\r\n\r\n")
    assert not head or b"Content-Type: application/json" in head, "one of the version 0.9 has no headers"
    assert json.loads(body)["message"]


def raw(http: httpx.Client, sent: bytes) -> tuple[int, dict[str, str]]:
    """Status and body that come back for what is sent as it is."""
    with socket.create_connection(("127.0.0.1", http.base_url.port or 0), timeout=PATIENCE) as connection:
        connection.sendall(sent)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    return int(answer.split()[1]), json.loads(answer.rpartition(b"\r\n\r\n")[2])


def test_a_body_that_api_gateway_would_not_take_is_refused_and_not_kept(http: httpx.Client) -> None:
    answer = http.post("/api/PP_GET_APP_INFO", content=bytes(server.MOST_BYTES + 1))
    assert (answer.status_code, answer.json()) == (413, {"message": "Request Too Long"})
    assert (answer.headers["Access-Control-Allow-Origin"], answer.headers["Connection"]) == ("*", "close")
    assert http.post("/api/PP_GET_APP_INFO", content=bytes(server.MOST_BYTES)).status_code == 200


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"", b"x", "\u0661".encode()])
def test_a_length_that_is_no_number_is_refused(http: httpx.Client, length: bytes) -> None:
    status, body = raw(http, b"POST /api/PP_GET_APP_INFO HTTP/1.1\r\nContent-Length: " + length + b"\r\n\r\n")
    assert (status, body) == (400, {"message": "Content-Length is not a number"})


def test_a_body_in_chunks_is_read_whole_and_the_connection_goes_on(http: httpx.Client) -> None:
    path, given = "/api/v3/anytime/conversations", b'{"subject": "one in chunks"}'
    whole = http.post(path, content=given)
    for parts in ([given], [given[:5], given[5:]], [bytes([one]) for one in given]):
        answer = http.post(path, content=iter(parts))
        assert answer.request.headers["Transfer-Encoding"] == "chunked"
        assert (answer.status_code, answer.json()) == (whole.status_code, whole.json())
    login = {"grant_type": "client_credentials", "client_id": "nobody"}
    form = httpx.Request("POST", "http://desk.test", data=login).read()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answers = [http.post("/oauth/token", content=content, headers=headers) for content in (form, iter([form[:9], form[9:]]))]
    assert answers[0].json() == answers[1].json() and answers[0].status_code == answers[1].status_code == 400
    assert http.post("/api/PP_GET_APP_INFO", content=iter([b"x" * 1_000_000] * 11)).status_code == 413


@pytest.mark.parametrize(
    "chunks", [b"", b"x\r\n", b"-1\r\n", b"5\r\nab", b"2;a=b\r\nab\r\n", b"fffffffff\r\n", b"2\r\nabc\r\n0\r\n\r\n"]
)
def test_broken_chunks_are_refused(http: httpx.Client, chunks: bytes) -> None:
    head = b"POST /api/PP_GET_APP_INFO HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
    with socket.create_connection(("127.0.0.1", http.base_url.port or 0), timeout=PATIENCE) as connection:
        connection.sendall(head + chunks)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answer.split()[1] == b"400"
    assert json.loads(answer.rpartition(b"\r\n\r\n")[2]) == {"message": "The chunks of the body are broken"}


def test_chunks_may_have_extensions_and_trailers(http: httpx.Client) -> None:
    sent = b"POST /api/PP_NOTHING HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    sent += b"2;a=b\r\n{}\r\n0\r\nX: y\r\n\r\n"
    status, body = raw(http, sent)
    assert (status, body["error_code"]) == (200, raw(http, sent.replace(b"2;a=b", b"2"))[1]["error_code"])
