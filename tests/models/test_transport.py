"""Requests over kept connections: against servers of this machine that answer what each test says."""

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from botocore import exceptions
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.httpsession import URLLib3Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.models.transport import Session

_BODY = b'{"TableName": "\xe4"}'
_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Amzn-RequestId: A\r\n\r\n{}"


class Server:
    """Answers each request with the next of `answers`, None for no answer, and hangs up after `requests` of a connection."""

    def __init__(self, answers: list[bytes | None], requests: int = 99, tls: ssl.SSLContext | None = None) -> None:
        self._answers, self._requests, self._tls = answers, requests, tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._socket.getsockname()[1]}/"
        self.connections, self.heard = 0, list[bytes]()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._socket.accept()[0]
                connection = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            except ssl.SSLError:
                continue
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            for _ in range(self._requests):
                if not (heard := _request(connection)):
                    return
                with self._lock:
                    self.heard.append(heard)
                    answer = self._answers.pop(0)
                if answer is None:
                    time.sleep(1)
                    return
                connection.sendall(answer)


def _request(connection: socket.socket) -> bytes:
    heard = b""
    while not heard.endswith(_BODY):
        if not (more := connection.recv(65_536)):
            return b""
        heard += more
    return heard


@contextmanager
def serving(*answers: bytes | None, **given: Any) -> Iterator[Server]:
    with closing(Server(list(answers), **given)) as server:
        yield server


@pytest.fixture
def session() -> Iterator[Session]:
    with closing(Session(2, 0.3, 2, ssl.create_default_context)) as made:
        yield made


def request(url: str, **headers: str | bytes) -> AWSPreparedRequest:
    given = {"X-Amz-Target": "DynamoDB.GetItem", "Content-Type": b"application/json", "Content-Length": str(len(_BODY))}
    given |= {"User-Agent": "polydesk", **headers}
    headers_: Any = HeadersDict(given)
    return AWSPreparedRequest("POST", url, headers_, _BODY, False)


def shown(answer: Any) -> tuple[int, dict[str, str], bytes]:
    return answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, answer.content


def test_a_request_arrives_as_botocore_sends_it_and_is_answered_as_to_botocore(session: Session) -> None:
    with serving(_OK, _OK) as server:
        answers = [shown(one.send(request(server.url))) for one in (session, URLLib3Session(timeout=2))]
        assert answers[0] == answers[1] == (200, {"content-length": "2", "x-amzn-requestid": "A"}, b"{}")
        ours, theirs = (
            (sorted(head.lower().split(b"\r\n")), body) for head, _, body in (one.partition(b"\r\n\r\n") for one in server.heard)
        )
        assert ours == theirs


def test_a_header_is_found_in_any_case(session: Session) -> None:
    with serving(_OK) as server:
        headers = session.send(request(server.url)).headers
        assert headers["X-AMZN-requestid"] == headers.get("x-amzn-RequestId") == "A" and "Content-length" in headers
        assert "date" not in headers and headers.get("Date") is None


def test_a_connection_is_used_again(session: Session) -> None:
    with serving(_OK, _OK, _OK) as server:
        for _ in range(3):
            session.send(request(server.url))
        assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n00A\r\n0123456789\r\n0\r\nx-trailer: 1\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nabc0123456789",
        b"HTTP/1.1 200\ncontent-length:13\n\nabc0123456789",
    ],
)
def test_an_answer_ends_where_it_says(session: Session, answer: bytes) -> None:
    with serving(answer, _OK) as server:
        assert session.send(request(server.url)).content == b"abc0123456789"
        assert session.send(request(server.url)).content == b"{}" and server.connections == 1


def test_an_answer_without_a_body_has_none(session: Session) -> None:
    with serving(b"HTTP/1.1 204 No Content\r\n\r\n", _OK) as server:
        assert shown(session.send(request(server.url))) == (204, {}, b"")
        assert session.send(request(server.url)).content == b"{}" and server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\n\r\nabc",
    ],
)
def test_a_connection_that_ends_is_not_used_again(session: Session, answer: bytes) -> None:
    with serving(answer, _OK, requests=1) as server:
        assert session.send(request(server.url)).content == b"abc"
        assert not session._idle
        assert session.send(request(server.url)).content == b"{}" and server.connections == 2


def test_a_connection_that_was_closed_meanwhile_is_replaced(session: Session) -> None:
    with serving(_OK, _OK, requests=1) as server:
        session.send(request(server.url))
        until = time.monotonic() + 2
        while session._idle[0].is_usable and time.monotonic() < until:
            time.sleep(0.01)
        assert session.send(request(server.url)).content == b"{}" and server.connections == 2


def test_another_host_gets_another_connection(session: Session) -> None:
    with serving(_OK) as one, serving(_OK) as other:
        assert [session.send(request(server.url)).content for server in (one, other)] == [b"{}", b"{}"]
        assert (one.connections, other.connections) == (1, 1)


def test_repeated_headers_are_joined(session: Session) -> None:
    with serving(b"HTTP/1.1 200 OK\r\nA: 1\r\na: 2\r\nContent-Length: 0\r\n\r\n") as server:
        assert session.send(request(server.url)).headers["a"] == "1, 2"


def test_many_threads_share_it_and_few_connections_stay(session: Session) -> None:
    with serving(*[_OK] * 60) as server, ThreadPoolExecutor(6) as pool:
        assert {answer.content for answer in pool.map(session.send, [request(server.url)] * 60)} == {b"{}"}
        assert len(server.heard) == 60 and len(session._idle) <= 2 and server.connections <= 60


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 101 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
    ],
)
def test_a_broken_answer_is_a_closed_connection(session: Session, answer: bytes) -> None:
    with serving(answer, requests=1) as server:
        with pytest.raises(exceptions.ConnectionClosedError):
            session.send(request(server.url))
        assert not session._idle


def test_an_answer_that_does_not_come_is_a_timeout(session: Session) -> None:
    with serving(None) as server, pytest.raises(exceptions.ReadTimeoutError):
        session.send(request(server.url))
    assert not session._idle


def _raising(error: Exception) -> Callable[..., Any]:
    def connect(*_: Any) -> Any:
        raise error

    return connect


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (ConnectionRefusedError(), exceptions.EndpointConnectionError),
        (socket.gaierror(), exceptions.EndpointConnectionError),
        (TimeoutError(), exceptions.ConnectTimeoutError),
    ],
)
def test_a_host_that_is_not_reached(
    session: Session, monkeypatch: pytest.MonkeyPatch, raised: Exception, told: type[Exception]
) -> None:
    monkeypatch.setattr(socket, "create_connection", _raising(raised))
    with pytest.raises(told):
        session.send(request("http://127.0.0.1:9/"))


@pytest.mark.parametrize("value", ["a\nb: c", "a\r\nb: c", b"a\rb"])
def test_a_header_of_several_lines_is_not_sent(session: Session, value: str | bytes) -> None:
    with serving() as server:
        with pytest.raises(ValueError, match="Invalid header value"):
            session.send(request(server.url, bad=value))
        assert server.heard == []


# --- TLS


def _certificate(folder: Path) -> Path:
    """A key and a certificate of its own for 127.0.0.1, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    day, now = datetime.timedelta(days=1), datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - day, now + day)
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "own.pem"
    path.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


def test_tls_is_for_hosts_that_are_trusted(session: Session, tmp_path: Path) -> None:
    path = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with serving(_OK, _OK, tls=context) as server:
        with closing(Session(2, 2, 2, lambda: ssl.create_default_context(cafile=path))) as trusting:
            assert [trusting.send(request(server.url)).content for _ in range(2)] == [b"{}", b"{}"]
        assert server.connections == 1
        with pytest.raises(exceptions.SSLError):
            session.send(request(server.url))
        with pytest.raises(exceptions.SSLError):
            trusting.send(request(server.url.replace("127.0.0.1", "localhost")))
