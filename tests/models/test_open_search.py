"""OpenSearch: what is asked, signed, and what its documented answers mean. No server was asked."""

import json
import re
from typing import Any

import pytest

from chalicelib import config
from chalicelib.models import open_search
from chalicelib.models.open_search import NotDone
from tests.desk.search.domain import Answer, Domain


@pytest.fixture
def domain(monkeypatch: pytest.MonkeyPatch) -> Domain:
    made = Domain()
    monkeypatch.setattr(open_search, "_pool", lambda: made)
    monkeypatch.setattr(config, "SEARCH", "https://search.domain.test/")
    return made


def document(id_: str, *words: str) -> dict[str, Any]:
    return {"id": id_, "public": [*words], "all": [*words]}


def test_an_older_version_changes_nothing_and_the_same_one_again_does(domain: Domain) -> None:
    open_search.create_index()
    for version, word in ((2, "two"), (1, "one"), (2, "again")):
        open_search.put("a", 7, version, document("u", word))
    assert [one["all"] for one in domain.documents.values()] == [["again"]]
    open_search.delete("a", 7, 1)
    assert len(domain.documents) == 1
    for _ in range(2):
        open_search.delete("a", 7, 2**62)
    open_search.put("a", 7, 3, document("u", "late"))
    assert domain.documents == {}, "what is deleted for good does not come back"


def test_matches_come_by_number_page_after_page(domain: Domain) -> None:
    for number in (3, 1, 2):
        open_search.put("a", number, 1, document(f"u{number}", "parcel"))
    open_search.put("b", 1, 1, document("other", "parcel"))
    wanted = [{"term": {"all": "parcel"}}]
    assert open_search.search("a", wanted, 2, None) == [(1, "u1"), (2, "u2")]
    assert open_search.search("a", wanted, 2, 2) == [(3, "u3")]
    assert open_search.search("a", [{"prefix": {"all": "parcels"}}], 2, None) == []


def test_requests_are_signed(domain: Domain) -> None:
    open_search.put("an account", 7, 1, document("u"))
    ((method, path, headers),) = domain.came
    assert (method, path) == ("PUT", "/polydesk-test-conversations/_doc/an account:7")
    assert re.match(r"AWS4-HMAC-SHA256 Credential=\w+/\d{8}/us-east-1/es/aws4_request, ", headers["Authorization"])


@pytest.mark.parametrize("status", [400, 403, 429, 503])
def test_a_refusal_is_an_error(domain: Domain, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    monkeypatch.setattr(domain, "request", lambda *_, **__: Answer(status, json.dumps({"status": status}).encode()))
    with pytest.raises(NotDone, match=str(status)):
        open_search.search("a", [], 1, None)
