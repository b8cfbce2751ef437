"""The chat of a web page: its script, and the token that a domain's pages get."""

import gzip
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib import config
from chalicelib.context import ADMIN
from chalicelib.desk.people import owners
from chalicelib.desk.teams import domains, widget
from chalicelib.desk.teams.domains import Change
from chalicelib.dialects.ppmessage import script as script_of
from chalicelib.dialects.ppmessage.routes import PPMESSAGE
from chalicelib.dialects.ppmessage.script import PARTS, script
from infra import package
from tests.conformance import cases_widget
from tests.conformance.scene import Scene
from tests.conformance.table import Row, each, row_gaps, rows_of
from tests.conformance.test_ppmessage import CORS
from tests.lambdas import counted
from tests.visitors import Answer, Visitor
from tests.world import World

HOST, EMAIL, ORIGIN = "shop.example", "web@shop.example", "https://www.shop.example:8443"
START = "/ppauth/widget"
ROWS = [row for row in rows_of(PPMESSAGE) if row.key == cases_widget.START]
#: Bytes that the script may have, as it is and compressed.
MOST, MOST_ZIPPED = 51_200, 17_408


@pytest.fixture
def shop(world: World) -> World:
    """A desk with a domain that its first agent serves."""
    domains.register(world.ctx(ADMIN), HOST, EMAIL)
    domains.assign(world.ctx(ADMIN), HOST, world.agents[0].id)
    return world


def start(world: World, **given: str) -> Answer:
    """The page's first call; `Origin` is the browser's, empty for none."""
    sent = {"app_uuid": world.account, "domain": HOST, "Origin": ORIGIN} | given
    origin = sent.pop("Origin")
    return world.form(START, {"Origin": origin} if origin else {}, **sent)


@each(ROWS)
def test_a_page_of_a_domain_gets_what_its_chat_starts_with(scene: Scene, row: Row) -> None:
    answer = scene.ask(row)
    assert (answer.status, answer.body["error_code"], answer.body["uri"]) == (200, 0, START)
    assert row_gaps(row, answer.body) == []
    assert CORS.items() <= answer.headers.items()
    told = {name: answer.body[name] for name in ("app_name", "welcome_message", "token_type", "expires_in", "socket_url")}
    assert told == {
        "app_name": "demo",
        "welcome_message": "What can we do for you?",
        "token_type": "Bearer",
        "expires_in": 86_400,
        "socket_url": config.socket_url(),
    }


def test_its_token_is_a_visitor_s_of_that_domain(shop: World) -> None:
    token = start(shop).body["access_token"]

    def ask(endpoint: str, **given: Any) -> Any:
        body = {"app_uuid": shop.account, **given}
        return shop.call("POST", f"/api/{endpoint}", body, Authorization=f"OAuth {token}", Origin=ORIGIN).body

    user = ask("PP_CREATE_ANONYMOUS", ppcom_trace_uuid="a browser", domain=HOST)["user_uuid"]
    chat = ask("PPCOM_GET_DEFAULT_CONVERSATION", user_uuid=user, device_uuid="d", domain=HOST)["uuid"]
    assert ask("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=chat, user_uuid=user)["list"] == []
    shop.online(*shop.agents)
    assert Visitor(shop, user, "d", chat).say("hello").body["error_code"] == 0
    shop.settle()
    found = ask("PP_GET_CONVERSATION_INFO", conversation_uuid=chat, user_uuid=user)
    assert found["assigned_uuid"] == shop.agents[0].id
    assert ask("PP_GET_APP_CONVERSATION_LIST")["error_code"] == 0
    assert ask("PP_IS_EMAIL_VALID", user_email="a@b.example")["error_code"] == 4


REFUSED: dict[str, Mapping[str, str]] = {
    "a page of another origin": {"Origin": "https://elsewhere.example"},
    "a page whose name only begins so": {"Origin": f"https://{HOST}.evil.example"},
    "a file, or a frame in a sandbox": {"Origin": "null"},
    "who says no origin": {"Origin": ""},
    "what is no origin": {"Origin": "https://[::1"},
    "a domain that nobody has": {"domain": "elsewhere.example", "Origin": "https://elsewhere.example"},
    "what is no domain": {"domain": "x y", "Origin": "x y"},
    "an account that is none": {"app_uuid": "01890000-0000-7000-8000-000000000000"},
    "what is no account": {"app_uuid": "x" * 3_000},
}


@pytest.mark.parametrize("given", REFUSED.values(), ids=list(REFUSED))
def test_all_others_are_refused_in_the_same_words(shop: World, given: Mapping[str, str]) -> None:
    first = start(shop, Origin="https://elsewhere.example").body
    assert (first["error_code"], first["error_string"]) == (20, "no permission")
    assert start(shop, **given).body == first
    assert start(shop).body["error_code"] == 0


def test_a_domain_that_is_off_or_gone_and_an_account_that_is_gone_are_refused_like_a_stranger(shop: World) -> None:
    refused = start(shop, Origin="null").body
    domains.change(shop.ctx(ADMIN), HOST, Change(is_active=False))
    assert start(shop).body == refused
    domains.change(shop.ctx(ADMIN), HOST, Change(is_active=True))
    assert start(shop).body["error_code"] == 0
    domains.remove(shop.ctx(ADMIN), HOST)
    assert start(shop).body == refused
    domains.register(shop.ctx(ADMIN), HOST, EMAIL)
    assert start(shop).body["error_code"] == 0
    owners.close(shop.ctx(ADMIN, shop.owner), shop.owner.id)
    assert start(shop).body == refused


def test_who_has_a_token_begins_nothing_where_the_domain_has_gone_and_reads_what_is_there(shop: World) -> None:
    token = start(shop).body["access_token"]

    def code(endpoint: str, **given: Any) -> int:
        body = {"app_uuid": shop.account, "user_uuid": user, **given}
        return int(shop.call("POST", f"/api/{endpoint}", body, Authorization=f"OAuth {token}", Origin=ORIGIN).body["error_code"])

    visitor = shop.visitor()
    user = visitor.id
    domains.remove(shop.ctx(ADMIN), HOST)
    assert code("PPCOM_GET_DEFAULT_CONVERSATION", device_uuid="d", domain=HOST) == 18
    assert code("PP_CREATE_ANONYMOUS", ppcom_trace_uuid="another browser", domain=HOST) == 18
    assert code("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=visitor.conversation) == 0


def test_what_is_missing_is_told(shop: World) -> None:
    for given in ({}, {"app_uuid": shop.account}, {"domain": HOST}):
        assert shop.form(START, {"Origin": ORIGIN}, **given).body["error_code"] == 6


def test_what_a_start_costs(shop: World) -> None:
    assert start(shop).body["error_code"] == 0
    with counted() as sent:
        start(shop)
    assert sent == ["PutItem"]
    with counted() as sent:
        start(shop, Origin="https://elsewhere.example")
    assert sent == []
    with counted() as sent:
        start(shop, app_uuid="nobody")
    assert sent == []


# --- the script


def get(world: World, **headers: str) -> Answer:
    return world.call("GET", f"/widget.js?app={world.account}&domain={HOST}", **headers)


def test_the_script_is_one_text_for_all_and_kept_for_a_while(world: World, other: World) -> None:
    plain = get(world)
    assert (plain.status, plain.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert plain.headers["Cache-Control"] == "public, max-age=300, stale-while-revalidate=86400"
    assert plain.headers["Access-Control-Allow-Origin"] == "*"
    assert plain.raw == get(other).raw == script().text
    with counted() as sent:
        get(world)
    assert sent == []


def test_a_browser_gets_it_compressed(world: World) -> None:
    for accepted in ("gzip", "br, gzip;q=0.8", "deflate,GZIP"):
        zipped = get(world, Accept_Encoding=accepted)
        assert (zipped.headers["Content-Encoding"], zipped.headers["Vary"]) == ("gzip", "Accept-Encoding")
        assert gzip.decompress(zipped.raw) == script().text
    for accepted in ("", "identity", "br", "gzip;q=0", "gzip; q=0.000"):
        assert "Content-Encoding" not in get(world, Accept_Encoding=accepted).headers


def test_who_has_it_already_is_told_so(world: World) -> None:
    etag = get(world).headers["ETag"]
    for known in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        again = get(world, If_None_Match=known)
        assert (again.status, again.raw, again.headers["ETag"]) == (304, b"", etag)
    for other_tag in ("", '"other"', "é", etag[:-3]):
        assert get(world, If_None_Match=other_tag).status == 200


def test_the_script_is_small() -> None:
    made = script()
    assert len(made.text) <= MOST
    assert len(made.zipped) <= MOST_ZIPPED


FOLDER = Path(script_of.__file__).with_name("widget")


def test_every_file_is_a_part_of_the_script() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {*PARTS, "style.css", "types.d.ts"}


def test_every_part_is_checked_in_the_order_in_which_they_are_joined() -> None:
    files = json.loads((package.ROOT / "tests/javascript/tsconfig.json").read_text())["files"]
    assert [Path(each).name for each in files] == ["types.d.ts", *PARTS]


@pytest.mark.parametrize("name", PARTS)
def test_a_part_differs_from_its_source_by_comments_and_indentation_alone(name: str) -> None:
    source = (FOLDER / name).read_text(encoding="utf-8")
    code = [line for line in map(str.strip, source.splitlines()) if not line.startswith(("//", "/*", "* ", "*/"))]
    sent = "\n".join(filter(None, code))
    assert script_of.part(name) == sent and sent in script().text.decode()
    assert len(source.splitlines()) <= 300
    assert all(line.count("`") % 2 == 0 for line in code), "a text over several lines would lose its indentation"
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", source)


def test_the_address_is_escaped(world: World) -> None:
    domains.register(world.ctx(ADMIN), HOST, EMAIL)
    address = widget.address("a&b", domains.get(world.ctx(ADMIN), HOST))
    assert address == f"https://desk.test/widget.js?app=a%26b&domain={HOST}"
