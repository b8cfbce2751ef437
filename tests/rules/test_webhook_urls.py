"""Which addresses an account may have its events sent to."""

import pytest

from chalicelib.rules.webhook_urls import Refused, Target, target

GOOD = {
    "https://example.com": Target(True, "example.com", 443, "/"),
    "https://EXAMPLE.com:443/a?b=c": Target(True, "example.com", 443, "/a?b=c"),
    "https://example.com.:8443/": Target(True, "example.com", 8443, "/"),
    "https://bücher.example/x": Target(True, "xn--bcher-kva.example", 443, "/x"),
    "https://xn--bcher-kva.example/": Target(True, "xn--bcher-kva.example", 443, "/"),
    "https://8.8.8.8/": Target(True, "8.8.8.8", 443, "/"),
    "https://[2606:4700:4700::1111]/": Target(True, "2606:4700:4700::1111", 443, "/"),
    "https://a_b.example.com/%20": Target(True, "a_b.example.com", 443, "/%20"),
}
BAD = {
    "http://example.com/": "https",
    "ftp://example.com/": "https",
    "//example.com/": "https",
    "example.com": "https",
    "https:///x": "https",
    "https://": "https",
    "https://user@example.com/": "user name",
    "https://user:pw@example.com/": "user name",
    "https://example.com@127.0.0.1/": "user name",
    "https://example.com/#x": "#",
    "https://example.com/a b": "spaces",
    "https://example.com/a\r\nX: y": "spaces",
    "https://example.com\\@evil.example/": "spaces",
    "\x01https://example.com/": "spaces",
    "https://exam\x00ple.com/": "spaces",
    "https://[v1.example]/": "brackets",
    "https://example.com/ü": "letters",
    "https://example.com:80/": "port",
    "https://example.com:22/": "port",
    "https://example.com:0/": "port",
    "https://example.com:99999/": "web address",
    "https://example.com:x/": "web address",
    "https://localhost/": "internet",
    "https://intranet/": "internet",
    "https://-bad.example/": "internet",
    "https://a..example/": "internet",
    "https://ex%61mple.com/": "internet",
    "https://127.0.0.1/": "private",
    "https://127.0.0.1./": "private",
    "https://127.1/": "private",
    "https://2130706433/": "private",
    "https://0x7f000001/": "private",
    "https://0177.0.0.1/": "private",
    "https://8.8.8.010/": "private",
    "https://8.8.0x8/": "private",
    "https://１２７.0.0.1/": "private",
    "https://169.254.169.254/latest/meta-data/": "private",
    "https://[::1]/": "private",
    "https://[::ffff:127.0.0.1]/": "private",
    "https://[::ffff:7f00:1]/": "private",
    "https://[fe80::1%25eth0]/": "private",
    "https://[2606:4700:4700:0::1111]/": "private",
    "https://" + "a" * 1020 + ".example/": "longer",
}


@pytest.mark.parametrize("text", GOOD)
def test_an_address_leads_to_a_host_of_the_internet(text: str) -> None:
    assert target(text) == GOOD[text]


@pytest.mark.parametrize("text", BAD)
def test_any_other_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(Refused, match=BAD[text]):
        target(text)


def test_an_allowed_host_may_be_of_a_private_network_and_nothing_else_is_allowed_it() -> None:
    allowed = {"127.0.0.1", "localhost"}
    assert target("http://127.0.0.1:81/x", allowed) == Target(False, "127.0.0.1", 81, "/x")
    assert target("http://localhost", allowed).authority == "localhost"
    assert target("https://[2606:4700:4700::1111]:8443/").authority == "[2606:4700:4700::1111]:8443"
    for refused in ("http://127.0.0.2/", "http://a@localhost/", "gopher://localhost/"):
        with pytest.raises(Refused):
            target(refused, allowed)
