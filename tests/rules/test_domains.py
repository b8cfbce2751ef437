"""Domains: what a bare host name is, and who a domain's chats are for."""

from dataclasses import dataclass

import pytest

from chalicelib.rules.domains import Domain, OperatorRole, host_of, host_of_origin, serving

GOOD = [
    ("shop.example", "shop.example"),
    (" WWW.Shop.Example ", "shop.example"),
    ("www.com", "www.com"),
    ("a-b.c1.example", "a-b.c1.example"),
    ("localhost", "localhost"),
    ("127.0.0.1", "127.0.0.1"),
    ("bücher.example", "xn--bcher-kva.example"),
    ("BÜCHER。Example", "xn--bcher-kva.example"),
    ("ｗｗｗ.shop.example", "shop.example"),  # noqa: RUF001 (a full-width name is the same one)
    ("straße.example", "xn--strae-oqa.example"),
    ("strasse.example", "strasse.example"),
    ("βόλος.com", "xn--nxasmm1c.com"),
    ("日本語。ＪＰ", "xn--wgv71a119e.jp"),  # noqa: RUF001
    ("☃.example", "xn--n3h.example"),
    ("x" * 63 + ".example", "x" * 63 + ".example"),
]
BAD = ["", " ", "shop", "https://shop.example", "shop.example/", "shop.example/a", "shop.example:80", "a..b", ".shop.example"]
BAD += ["shop.example.", "-shop.example", "shop-.example", "sh op.example", "shop_1.example", "x" * 64 + ".example", "1.2.3"]
BAD += [
    "1.2.3.256",
    "shop.example?",
    "a@shop.example",
    "\x00.example",
    "a." * 130 + "example",
    "🙂" * 600,
    "www.",
    "bücher_1.example",
    "ü..example",
    "-ü.example/",
    "ü" * 64 + ".example",
    "ü" * 300 + ".example",
    "\ud800.example",
    "ü\u2060@.example",
    "*.shop.example",
]


@pytest.mark.parametrize(("given", "host"), GOOD)
def test_a_host_is_lower_case_ascii_and_without_www(given: str, host: str) -> None:
    assert host_of(given) == host
    assert host_of(host) == host


@pytest.mark.parametrize("given", BAD)
def test_what_is_no_bare_host_is_none(given: str) -> None:
    assert host_of(given) is None


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://www.shop.example:8443", "shop.example"),
        ("http://127.0.0.1:8000", "127.0.0.1"),
        ("null", None),
        ("", None),
        ("shop.example", None),
        ("https://[::1", None),
        ("https://", None),
    ],
)
def test_the_host_of_an_origin(origin: str, host: str | None) -> None:
    assert host_of_origin(origin) == host


@dataclass(frozen=True)
class Agent:
    id: str


def test_a_domain_is_served_by_its_operators_who_are_active_and_take_chats() -> None:
    agents = [Agent(id_) for id_ in "abcd"]
    parts = {
        "a": OperatorRole(),
        "b": OperatorRole(is_active=False),
        "c": OperatorRole(takes_chats=False),
        "gone": OperatorRole(),
    }
    assert serving(agents, Domain(1, "shop.example", "a@b.c", 0, 0, operators=parts)) == [Agent("a")]
    assert serving(agents, Domain(1, "shop.example", "a@b.c", 0, 0)) == []
    assert serving(agents, None) == agents
