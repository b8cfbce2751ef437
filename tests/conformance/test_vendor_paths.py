"""Paths under which the vendor's clients of 2016 and 2017 bring and fetch files, texts and icons."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Thread
from urllib.parse import quote

import pytest
from chalice.local import LocalDevServer

import app
from infra import server
from tests.conformance.vendor import LONG, Client
from tests.pictures import picture
from tests.visitors import multipart
from tests.world import World


@contextmanager
def local_gateway() -> Iterator[Callable[..., tuple[int, dict[str, str], bytes]]]:
    """Requests through the gateway of `make run`."""
    kind = type(app.app)
    running: LocalDevServer = server.serve(app.app, 0)
    Thread(target=running.server.serve_forever, daemon=True).start()

    def ask(method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection("127.0.0.1", running.server.server_address[1], timeout=60)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        found = answer.status, dict(answer.headers), answer.read()
        connection.close()
        return found

    try:
        yield ask
    finally:
        running.shutdown()
        running.server.server_close()
        app.app.__class__ = kind


def seen(world: World) -> str:
    """The first agent, who has just called from here: what lets a file in that comes without a token."""
    assert world.pp("PP_GET_APP_INFO", "PPKEFU", app_uuid=world.account).body["error_code"] == 0
    return world.agents[0].id


@pytest.mark.parametrize("slash", ["", "/"], ids=["without", "with"])
def test_the_agents_paths_are_served_with_and_without_a_slash_at_their_end(world: World, slash: str) -> None:
    agent = seen(world)
    with local_gateway() as ask:
        kind, form = multipart(upload_type="file", user_uuid=agent, file=("a b.txt", "text/plain", b"words"))
        status, _, body = ask("POST", f"/upload/upload{slash}", form, Content_Type=kind)
        fid = json.loads(body)["fuuid"]
        assert status == 200
        for path in (f"/download/download/{fid}", f"/ppkefu/material/{fid}", f"/ppkefu/download/{fid}", f"/download/{fid}"):
            status, headers, _ = ask("GET", f"{path}{slash}?file_name={quote('a b.txt')}")
            assert (status, f"/{fid}" in headers["Location"]) == (302, True), path
        kind, form = multipart(content_txt=LONG, upload_type="content_txt")
        status, headers, body = ask("POST", f"/ppkefu/upload{slash}", form, Content_Type=kind)
        assert (status, headers["Content-Type"]) == (200, "application/json")
        status, headers, body = ask("GET", f"/ppkefu/material/{json.loads(body)['fid']}{slash}?file_name=x.txt")
        assert (status, body.decode()) == (200, LONG)
        for name in (f"{agent}.png", agent):
            status, headers, body = ask("GET", f"/ppkefu/icon/{name}{slash}")
            assert (status, headers["Content-Type"], body[:4]) == (200, "image/png", b"\x89PNG"), name


def test_a_text_is_uploaded_in_a_form_of_either_kind(world: World) -> None:
    client = Client(world)
    kind, form = multipart(content_txt=LONG, upload_type="content_txt")
    plain = f"content_txt={quote(LONG)}&upload_type=content_txt".encode()
    for body, content_type in ((form, kind), (plain, "application/x-www-form-urlencoded; charset=UTF-8")):
        shown = client.post("/ppkefu/upload", body, content_type).body
        assert (shown["mime"], world.call("GET", f"/download/{shown['fid']}").raw.decode()) == ("text/plain", LONG)


def test_an_icon_may_be_a_picture_that_was_uploaded(world: World) -> None:
    kind, form = multipart(user_uuid=seen(world), file=("me.png", "image/png", picture(size=(40, 40))))
    fid = Client(world).post("/upload/upload", form, kind).body["fuuid"]
    assert world.call("GET", f"/ppkefu/icon/{fid}").status == 302
    assert world.call("GET", "/ppkefu/icon/nothing-that-is-known").headers["Content-Type"] == "image/png"


@pytest.mark.parametrize("path", ["/ppkefu/material/nothing", "/ppkefu/download/nothing", "/download/download/nothing"])
def test_a_file_that_is_not_there_is_404(world: World, path: str) -> None:
    answer = world.call("GET", path)
    assert (answer.status, answer.body["error_code"]) == (404, 14)
