"""The login page and its codes, and the way out."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from chalicelib.desk.core import cache
from chalicelib.rules import passwords, redirects
from tests.conformance.cases_doors import RETURN_TO, registered
from tests.conformance.login_pages import Page
from tests.conformance.scene import Scene, send
from tests.visitors import Answer
from tests.world import PASSWORD

ASKED = ("response_type", "client_id", "redirect_uri", "state")


@pytest.fixture(autouse=True)
def _unlocked(monkeypatch: pytest.MonkeyPatch, scene: Scene) -> None:
    """Nobody is locked out by the test before."""
    scene.world.now += 3_600_000
    scene.world.tokens.clear()


def page(scene: Scene, asked: dict[str, str], **headers: str) -> Answer:
    return scene.world.call("GET", f"/ppauth/auth?{urlencode(asked)}", **headers)


def log_in(scene: Scene, asked: dict[str, str], **changes: str) -> Answer:
    given = {"user_email": scene.world.agents[1].email, "user_password": PASSWORD}
    return scene.world.form("/ppauth/auth", **{**asked, **given, **changes})


def code_of(answer: Answer) -> str:
    assert answer.status == 302, answer.raw
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def redeem(scene: Scene, code: str, label: str = "THIRD_PARTY_CONSOLE", **changes: str) -> Answer:
    key, secret = scene.world.clients[label]
    form = {"grant_type": "authorization_code", "code": code, "client_id": key, "client_secret": secret}
    return scene.world.form("/ppauth/token", **form | changes)


def test_a_code_gives_the_token_of_who_has_logged_in(scene: Scene) -> None:
    asked = registered(scene)
    shown = page(scene, asked)
    answer = log_in(scene, Page(shown).hidden())
    assert answer.headers["Location"].startswith(f"{RETURN_TO}&code=")
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["state"] == ["a state"]
    assert (answer.raw, answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == (b"", "no-store", "no-referrer")
    told = redeem(scene, code_of(answer)).body
    assert told.keys() == {"error_code", "access_token", "user_uuid", "token_type", "exipired_in", "expires_in"}
    assert (told["error_code"], told["user_uuid"], told["expires_in"]) == (0, scene.world.agents[1].id, 86_400)
    assert told["exipired_in"] == told["expires_in"]
    headers = {"Authorization": f"OAuth {told['access_token']}"}
    seen = scene.world.call("POST", "/api/PP_GET_APP_INFO", {"app_uuid": scene.world.account}, **headers)
    assert seen.body["error_code"] == 0


def test_a_code_is_good_once_for_its_client_and_half_a_minute(scene: Scene, rival: Scene) -> None:
    asked = registered(scene)
    code = code_of(log_in(scene, asked))
    assert redeem(scene, code).body["error_code"] == 0
    assert redeem(scene, code).body == {"error_code": -1}
    late = code_of(log_in(scene, asked))
    scene.world.now += 30_000
    assert redeem(scene, late).body == {"error_code": -1}
    key, secret = rival.world.clients["THIRD_PARTY_CONSOLE"]
    others: list[dict[str, str]] = [{"client_secret": "x"}, {"client_id": key}, {"client_id": key, "client_secret": secret}]
    for changes in [*others, {"redirect_uri": "https://shop.example/other"}]:
        assert redeem(scene, code_of(log_in(scene, asked)), **changes).body == {"error_code": -1}
    assert redeem(scene, code_of(log_in(scene, asked)), "THIRD_PARTY_KEFU").body == {"error_code": -1}
    assert redeem(scene, code_of(log_in(scene, asked)), redirect_uri=RETURN_TO).body["error_code"] == 0
    for nonsense in ("", "x", "é" * 3_000, scene.world.clients["THIRD_PARTY_CONSOLE"][1]):
        assert redeem(scene, nonsense).body == {"error_code": -1}


def test_a_code_opens_nothing_by_itself(scene: Scene) -> None:
    headers = {"Authorization": f"OAuth {code_of(log_in(scene, registered(scene)))}"}
    seen = scene.world.call("POST", "/api/PP_GET_APP_INFO", {"app_uuid": scene.world.account}, **headers)
    assert seen.body["error_code"] == 4


def test_codes_go_to_registered_addresses_alone(scene: Scene, rival: Scene) -> None:
    asked = registered(scene)
    wrong: list[dict[str, str]] = [{"redirect_uri": uri} for uri in ("", f"{RETURN_TO}x", "https://evil.example", RETURN_TO[:-1])]
    wrong += [{"client_id": key} for key in ("", "x", rival.world.clients["THIRD_PARTY_CONSOLE"][0])]
    wrong += [{"client_id": scene.world.clients[label][0]} for label in ("PPCOM", "PPKEFU")]
    for changes in wrong:
        for answer in (page(scene, asked | changes), log_in(scene, asked | changes)):
            assert (answer.status, "Location" in answer.headers) == (400, False), changes
            assert not Page(answer).all("form")
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_widgets_client_has_no_codes(scene: Scene) -> None:
    assert page(scene, registered(scene, "PPCOM")).status == 400


def test_only_codes_are_given(scene: Scene) -> None:
    answer = page(scene, registered(scene) | {"response_type": "token"})
    assert answer.status == 302
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["error"] == ["unsupported_response_type"]


def test_a_wrong_login_shows_the_form_again(scene: Scene, rival: Scene) -> None:
    asked = registered(scene)
    wrong = [{"user_password": "wrong"}, {"user_email": "nobody@desk.test"}, {"user_email": "", "user_password": ""}]
    for changes in [*wrong, {"user_email": rival.world.agents[0].email}, {"user_password": passwords.wire(PASSWORD)}]:
        answer = log_in(scene, asked, **changes)
        again = Page(answer)
        assert (answer.status, "wrong" in again.words, "Location" in answer.headers) == (401, True, False)
        assert again.hidden() == asked
        assert PASSWORD not in answer.raw.decode()


def test_a_locked_login_says_for_how_long(scene: Scene) -> None:
    asked, email = registered(scene), "somebody@desk.test"
    for _ in range(10):
        assert log_in(scene, asked, user_email=email, user_password="x").status == 401
    answer = log_in(scene, asked, user_email=email)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "900")
    assert "15 minutes" in Page(answer).words


def test_the_page_can_be_used_with_keyboard_and_screen_reader(scene: Scene) -> None:
    shown = Page(page(scene, registered(scene)))
    fields = [one for one in shown.all("input") if one["type"] != "hidden"]
    assert [label["for"] for label in shown.all("label")] == [field["id"] for field in fields]
    assert [field["autocomplete"] for field in fields] == ["username", "current-password"]
    assert len([field for field in fields if "autofocus" in field]) == 1
    assert (len(shown.all("h1")), len(shown.all("main")), len(shown.all("button"))) == (1, 1, 1)
    trouble = Page(log_in(scene, registered(scene), user_password="wrong"))
    assert [one["role"] for one in trouble.all("p") if "role" in one] == ["alert"]
    assert not any("tabindex" in attributes for _, attributes in shown.elements)


@pytest.mark.parametrize(
    ("accepts", "lang"),
    [
        ("", "en"),
        ("de", "en"),
        ("zh", "zh-CN"),
        ("de, zh-TW;q=0.8, en;q=0.5", "zh-CN"),
        ("en-GB,zh;q=0.9", "en"),
        ("zh;q=0, fr", "en"),
        ("zh;q=x;;,=,q", "en"),
        ("zh;q=nan", "en"),
        ("," * 5_000, "en"),
    ],
)
def test_the_page_speaks_the_browsers_language(scene: Scene, accepts: str, lang: str) -> None:
    answer = page(scene, registered(scene), Accept_Language=accepts)
    assert Page(answer).all("html")[0]["lang"] == lang
    assert answer.headers["Vary"] == "Accept-Language"


def test_the_page_runs_nothing_is_framed_by_nobody_and_kept_nowhere(scene: Scene) -> None:
    answer = page(scene, registered(scene))
    rules = dict(rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; "))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules["style-src"].startswith("'sha256-")
    assert rules["form-action"] == "'self' https://shop.example"
    assert "script-src" not in rules
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert {tag for tag, _ in Page(answer).elements} & {"script", "link", "img", "iframe"} == set()


@pytest.mark.parametrize("text", ['"><script>alert(1)</script>', "'--${x} {y} %s", "é\x00🙂" * 50, "a\r\nSet-Cookie: b=c"])
def test_what_is_given_is_shown_as_text_and_sent_back_as_it_was(scene: Scene, text: str) -> None:
    asked = registered(scene) | {"state": text}
    shown = page(scene, asked)
    failed = log_in(scene, asked, user_email=text)
    for answer in (shown, failed):
        assert "script" not in {tag for tag, _ in Page(answer).elements}
    if "\x00" not in text and "\r" not in text:  # a browser's parser changes these
        assert Page(shown).hidden()["state"] == text
    location = log_in(scene, asked).headers["Location"]
    assert parse_qs(urlsplit(location).query)["state"] == [text]
    assert "\r" not in location and "\n" not in location


def test_forms_of_any_shape_are_answered(scene: Scene) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in (b"", b"{}", b"&&&", b"%ff%00", b"\xff", b"a=" + b"b&a=" * 200, b"user_email=" + b"x" * 100_000):
        assert send("POST", "/ppauth/auth", kind, body).status < 500
    for query in ("?state=1&state=2", "?client_id[a]=1", "?%00=%00"):
        assert send("GET", f"/ppauth/auth{query}", {}).status < 500


# --- addresses


@pytest.mark.parametrize(
    "address",
    [
        "https://shop.example",
        "https://shop.example:8443/a/b?c=d&e=f",
        "http://localhost:3000/",
        "http://127.0.0.1/x",
        "http://[::1]:80/",
    ],
)
def test_an_address_may_be_https_or_of_ones_own_machine(address: str) -> None:
    assert redirects.is_redirect(address)


@pytest.mark.parametrize(
    "address",
    [
        *("", "/back", "shop.example", "http://shop.example/", "javascript:alert(1)", "https://", "https://:443/"),
        *("https://shop.example/#x", "https://me@shop.example/", "https://shop.example/a b", "https://shop.example/;x"),
        *("https://shop.example/,", "https://shop.example\r\nX: y", "https://é.example/", "https://shop.example:99999/"),
        *("https://[::1/", "https://" + "x" * 2_000, "https://evil.example\\@shop.example/", "https://a'b.example"),
    ],
)
def test_and_nothing_else(scene: Scene, address: str) -> None:
    assert not redirects.is_redirect(address)
    wanted = {"app_uuid": scene.world.account, "redirect_uris": {"THIRD_PARTY_CONSOLE": [address]}}
    assert scene.world.pp("PP_UPDATE_APP_INFO", "PPCONSOLE", **wanted).body["error_code"] == 28


def test_only_the_owner_registers_addresses_of_clients(scene: Scene) -> None:
    def code(label: str, wanted: Any) -> int:
        given = {"app_uuid": scene.world.account, "redirect_uris": wanted}
        return int(scene.world.pp("PP_UPDATE_APP_INFO", label, **given).body["error_code"])

    good = {"THIRD_PARTY_KEFU": [RETURN_TO]}
    assert code("THIRD_PARTY_CONSOLE", good) == 39
    wrong: list[Any] = [
        {"NOBODY": [RETURN_TO]},
        {"PPKEFU": [RETURN_TO] * 11},
        {"PPKEFU": RETURN_TO},
        [RETURN_TO],
        {"PPKEFU": [5]},
    ]
    assert [code("PPCONSOLE", one) for one in wrong] == [28, 28, 31, 28, 28]
    asked = registered(scene)
    assert code("PPCONSOLE", good) == 0
    assert page(scene, asked).status == 200, "another client's stay"
    assert code("PPCONSOLE", {"THIRD_PARTY_CONSOLE": []}) == 0
    assert page(scene, asked).status == 400


# --- out


def console(scene: Scene) -> Callable[..., int]:
    """A new login in the console, which calls with its own token."""
    headers = {"Authorization": f"OAuth {scene.world.token('PPCONSOLE')}"}
    return lambda endpoint, **given: int(scene.world.call("POST", f"/api/{endpoint}", given, **headers).body["error_code"])


def test_a_logout_ends_the_token_that_says_so_alone(scene: Scene) -> None:
    first, second, owner = console(scene), console(scene), scene.world.owner.id
    app = {"app_uuid": scene.world.account}
    assert first("PPCONSOLE_LOGOUT", user_uuid=owner) == 0
    assert first("PP_GET_APP_INFO", **app) == first("PPCONSOLE_LOGOUT", user_uuid=owner) == 4
    assert second("PP_GET_APP_INFO", **app) == 0


def test_nobody_logs_another_out(scene: Scene) -> None:
    call = console(scene)
    for who in (scene.world.agents[0].id, "nobody", ""):
        assert call("PPCONSOLE_LOGOUT", user_uuid=who) in (6, 20)
    assert call("PP_GET_APP_INFO", app_uuid=scene.world.account) == 0


def test_another_warm_process_knows_within_a_minute_however_often_it_is_asked(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, app = console(scene), {"app_uuid": scene.world.account}
    assert call("PP_GET_APP_INFO", **app) == 0
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(cache.TimedCache, "forget", lambda *_: None)
        assert call("PPCONSOLE_LOGOUT", user_uuid=scene.world.owner.id) == 0
    codes = []
    for _ in range(7):
        codes.append(call("PP_GET_APP_INFO", **app))
        scene.world.now += 10_000
    assert codes == [0] * 6 + [4]
