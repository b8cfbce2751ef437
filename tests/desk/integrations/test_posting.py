"""One request to a stranger's address: only to what was checked, and for no longer and no more than it may be."""

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.desk.integrations import posting
from chalicelib.desk.integrations.posting import Network
from tests.desk.integrations.receivers import served, silent

LOCAL = Network(seconds=5, allowed={"127.0.0.1"})
#: Time enough for a local request, and little enough to wait for.
SHORT = 0.3
NAME = "receiver.example"


def resolving(*answers: str) -> Any:
    """A resolver with these answers for every name, and the questions that it was asked."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        kinds = [socket.AF_INET6 if ":" in answer else socket.AF_INET for answer in answers]
        return [(kind, socket.SOCK_STREAM, 6, "", (answer, port)) for kind, answer in zip(kinds, answers, strict=True)]

    return resolve, asked


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The addresses that are connected to, none of which answers."""
    found: list[Any] = []

    def connect(_: Any, address: Any) -> None:
        found.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "socket", type("Socket", (socket.socket,), {"connect": connect}))
    return found


@pytest.mark.parametrize(
    "answers",
    [
        ["10.0.0.1"],
        ["93.184.216.34", "10.0.0.1"],
        ["127.0.0.1", "93.184.216.34"],
        ["2606:4700::1", "fe80::1%2"],
        ["::ffff:169.254.169.254"],
    ],
)
def test_a_name_that_leads_to_a_private_address_too_is_not_connected_to(answers: list[str], connected: list[Any]) -> None:
    resolve, _ = resolving(*answers)
    assert posting.post(f"https://{NAME}/", {}, b"", Network(resolve=resolve)).error == posting.PRIVATE
    assert connected == []


def test_a_name_is_looked_up_once_and_what_was_checked_is_connected_to(connected: list[Any]) -> None:
    resolve, asked = resolving("93.184.216.34", "93.184.216.35")
    outcome = posting.post(f"https://{NAME}/", {}, b"", Network(resolve=resolve))
    assert (outcome.status, outcome.error) == (None, posting.NO_CONNECTION)
    assert asked == [NAME]
    assert connected == [("93.184.216.34", 443), ("93.184.216.35", 443)]


def test_an_address_that_could_not_be_stored_is_not_connected_to_either(connected: list[Any]) -> None:
    for url in ("http://93.184.216.34/", "https://127.0.0.1/", "https://a@93.184.216.34/", "https://93.184.216.34:22/"):
        assert posting.post(url, {}, b"", Network()).error == posting.PRIVATE
    assert connected == []


def test_a_name_that_nobody_has_and_a_resolver_that_hangs_are_failures() -> None:
    def none(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror

    asking = threading.Event()
    assert posting.post(f"https://{NAME}/", {}, b"", Network(resolve=none)).error == posting.NO_NAME
    hanging = Network(seconds=SHORT, resolve=lambda *_, **__: [asking.wait()])
    outcome = posting.post(f"https://{NAME}/", {}, b"", hanging)
    asking.set()
    assert outcome.error == posting.TIMEOUT
    assert SHORT * 1000 <= outcome.milliseconds < 3000


def test_a_request_has_what_it_is_given_and_nothing_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with served() as server:
        outcome = posting.post(server.url, {"X-Signed": "t=1"}, b'{"a":1}', LOCAL)
    assert (outcome.status, outcome.error, outcome.body) == (204, None, b"")
    ((headers, body),) = server.requests
    assert body == b'{"a":1}'
    assert headers == {
        "Host": f"127.0.0.1:{server.port}",
        "Connection": "close",
        "Content-Length": "7",
        "X-Signed": "t=1",
    }


def test_a_redirect_is_not_followed() -> None:
    def redirect(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(307)
        handler.send_header("Location", handler.path)
        handler.end_headers()

    with served(redirect) as server:
        outcome = posting.post(server.url, {}, b"", LOCAL)
    assert (outcome.status, outcome.error) == (307, posting.STATUS)
    assert len(server.requests) == 1


def test_no_more_of_an_answer_is_read_than_may_be() -> None:
    def endlessly(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65_536)

    def in_chunks(handler: BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while True:
            handler.wfile.write(b"400\r\n" + b"x" * 1024 + b"\r\n")

    for behave in (endlessly, in_chunks):
        with served(behave) as server:
            outcome = posting.post(server.url, {}, b"", LOCAL)
        assert (outcome.status, outcome.error) == (200, None)
        assert 32_000 < len(outcome.body) <= 65_536
        assert set(outcome.body) == {ord("x")}


def test_headers_without_end_are_read_no_further_and_what_is_no_http_is_no_answer() -> None:
    def endlessly(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            handler.wfile.write(b"a: " + b"b" * 1000 + b"\r\n")

    def otherwise(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"SSH-2.0-x\r\n")

    with served(endlessly) as server:
        outcome = posting.post(server.url, {}, b"", LOCAL)
    assert (outcome.status, outcome.body) == (200, b"")
    with served(otherwise) as server:
        assert posting.post(server.url, {}, b"", LOCAL).error == posting.BAD_ANSWER


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        ("HTTP/1.1 200 OK\r\nContent-Length: " + "9" * 15 + "\r\n\r\nhi", 200, None),
        ("HTTP/1.1 200 OK\r\nContent-Length: " + "9" * 30 + "\r\n\r\nhi", 200, None),
        ("HTTP/1.1 200 OK\r\nContent-Length: " + "9" * 5000 + "\r\n\r\nhi", 200, None),
        ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhi", 200, None),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7FFFFFFFFFFF\r\nhi", 200, None),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + "F" * 30 + "\r\nhi", 200, None),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhi", None, posting.BAD_ANSWER),
        ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nhi", 200, None),
        ("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No\r\n\r\n", 204, None),
        ("HTTP/1.1 103 Early Hints\r\n\r\n" * 5000, None, posting.BAD_ANSWER),
        ("HTTP/1.1 100 Continue\r\n\r\n" * 5000, None, posting.BAD_ANSWER),
        ("HTTP/1.1 101 Switching\r\n\r\n", None, posting.BAD_ANSWER),
        ("HTTP/1.1 99999 OK\r\n\r\n", None, posting.BAD_ANSWER),
        ("HTTP/1.1 200 OK\r\n" + "a: b\r\n" * 500 + "\r\n", None, posting.BAD_ANSWER),
        ("hello", None, posting.BAD_ANSWER),
        ("", None, posting.BAD_ANSWER),
    ],
)
def test_an_answer_may_say_what_it_wants(answer: str, status: int | None, error: str | None) -> None:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(answer.encode())

    with served(behave) as server:
        outcome = posting.post(server.url, {}, b"", LOCAL)
    assert (outcome.status, outcome.error) == (status, error)


def test_who_answers_never_or_a_byte_at_a_time_is_given_up_in_time() -> None:
    def dripping(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        while True:
            handler.wfile.write(b"x")
            handler.wfile.flush()
            ended.wait(0.02)

    ended = threading.Event()
    brief = Network(seconds=SHORT, allowed={"127.0.0.1"})
    with served(dripping) as server, silent() as port:
        for url in (server.url, f"http://127.0.0.1:{port}/", f"https://127.0.0.1:{port}/"):
            began = time.monotonic()
            outcome = posting.post(url, {}, b"x" * 100, brief)
            assert outcome.error == posting.TIMEOUT, url
            assert SHORT * 0.9 <= time.monotonic() - began < 3
        ended.set()


def _certificate(folder: Path, name: str) -> Path:
    """A certificate that a name has given itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / f"{name}.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + plain)
    return file


@contextmanager
def _with_tls(file: Path) -> Iterator[int]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(file)
    with served(tls=tls) as server:
        yield server.port


def test_tls_is_with_the_name_s_certificate_although_the_connection_is_to_an_address(tmp_path: Path) -> None:
    right, wrong = (_certificate(tmp_path, name) for name in (NAME, "other.example"))
    resolve, _ = resolving("127.0.0.1")

    def post(port: int, trusted: Path | None) -> posting.Outcome:
        trust = ssl.create_default_context(cafile=trusted)
        return posting.post(
            f"https://{NAME}:{port}/", {}, b"{}", Network(seconds=5, allowed={NAME}, resolve=resolve, trust=lambda: trust)
        )

    with _with_tls(right) as port:
        assert (post(port, right).status, post(port, right).error) == (204, None)
        assert post(port, None).error == posting.BAD_TLS
    with _with_tls(wrong) as port:
        assert post(port, wrong).error == posting.BAD_TLS
