"""OpenSearch: what its client asks over HTTP, signed, and what its documented answers mean. No server was asked."""

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.credentials import Credentials, RefreshableCredentials

from chalicelib.models import open_search
from chalicelib.models.open_search import NotDone
from tests.desk.search import documented
from tests.desk.search.documented import Answer
from tests.desk.search.domain import Came, Domain, serving

WANTED = [{"term": {"all": "parcel"}}]
WRITTEN = [documented.written("a:7", 1, result) for result in ("created", "updated", "deleted", "not_found")]
CONFLICT = documented.conflict("a:7", 2, 1)


@pytest.fixture
def domain() -> Iterator[Domain]:
    with serving() as running:
        yield running


@pytest.fixture
def made(domain: Domain) -> Domain:
    """A domain with the index, of which nothing has come since."""
    open_search.create_index()
    domain.came.clear()
    return domain


def document(id_: str, *words: str) -> dict[str, Any]:
    return {"id": id_, "public": [*words], "all": [*words]}


def put(version: int = 1, *words: str) -> None:
    open_search.put("a", 7, version, document("u", *words))


def delete(version: int = 1) -> None:
    open_search.delete("a", 7, version)


def search() -> list[tuple[int, str]]:
    return open_search.search("a", WANTED, 2, None)


def test_an_older_version_changes_nothing_and_the_same_one_again_does(domain: Domain) -> None:
    open_search.create_index()
    for version, word in ((2, "two"), (1, "one"), (2, "again")):
        put(version, word)
    assert [one["all"] for one in domain.documents.values()] == [["again"]]
    delete(1)
    assert len(domain.documents) == 1
    for _ in range(2):
        delete(2**62)
    put(3, "late")
    assert domain.documents == {}, "what is deleted for good does not come back"


def test_matches_come_by_number_page_after_page(domain: Domain) -> None:
    for number in (3, 1, 2):
        open_search.put("a", number, 1, document(f"u{number}", "parcel"))
    open_search.put("b", 1, 1, document("other", "parcel"))
    assert open_search.search("a", WANTED, 2, None) == [(1, "u1"), (2, "u2")]
    assert open_search.search("a", WANTED, 2, 2) == [(3, "u3")]
    assert open_search.search("a", [{"prefix": {"all": "parcels"}}], 2, None) == []


def test_a_document_never_makes_an_index_of_another_form(domain: Domain) -> None:
    put()
    put()
    assert [one.method for one in domain.came] == ["PUT", "PUT", "PUT"] and len(domain.documents) == 1
    assert domain.mapping and domain.mapping["dynamic"] == "strict"
    open_search._create_index.cache_clear()
    put(2)  # another process, which is told that the index is there
    assert len(domain.came) == 5


@pytest.mark.parametrize("account", ["an-account", "ü/+&"])
def test_requests_are_signed_whatever_is_in_them(made: Domain, account: str) -> None:
    open_search.put(account, 7, 1, document("u", "straße", "東京"))
    (came,) = made.came
    assert came.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=") and made.documents.keys() == {f"{account}:7"}
    made.secrets.clear()
    with pytest.raises(NotDone, match="403"):
        put()


@pytest.mark.parametrize("wrong", ["secret", "body", "path", "query"])
def test_the_domain_of_the_tests_notices_what_is_not_as_it_was_signed(made: Domain, wrong: str) -> None:
    put()
    (came,) = made.came
    assert made.answer(came) != documented.UNSIGNED, "it is right as it came"
    if wrong == "secret":
        made.secrets = dict.fromkeys(made.secrets, "another")
    body, path, query = came.body, *came.target.split("?")
    body += b" " * (wrong == "body")
    path += "0" * (wrong == "path")
    query += "&refresh=true" * (wrong == "query")
    assert made.answer(Came("PUT", f"{path}?{query}", came.headers, body)) == documented.UNSIGNED


def test_credentials_that_run_out_are_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = iter(["first", "second", "third"])

    def renew() -> dict[str, str]:
        soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()  # botocore renews what runs out within minutes
        return {"access_key": next(keys), "secret_key": "s", "token": "a token", "expiry_time": soon}

    renewing = RefreshableCredentials.create_from_metadata(renew(), renew, "test")
    monkeypatch.setattr(boto3.Session, "get_credentials", lambda _: renewing)
    with serving() as domain:
        domain.secrets |= {"second": "s", "third": "s"}
        open_search.create_index()
        delete()
        assert [one.headers["authorization"].split("/")[0].rpartition("=")[2] for one in domain.came] == ["second", "third"]
        assert {one.headers["x-amz-security-token"] for one in domain.came} == {"a token"}


def test_without_credentials_nothing_is_asked(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3.Session, "get_credentials", lambda _: None)
    with pytest.raises(NotDone, match="no credentials"):
        put()
    monkeypatch.setattr(boto3.Session, "get_credentials", lambda _: Credentials("test", "test"))
    put()


@pytest.mark.parametrize(
    ("answer", "call"),
    [
        (documented.INDEX_MADE, open_search.create_index),
        (documented.INDEX_THERE, open_search.create_index),
        (WRITTEN[0], put),
        (WRITTEN[1], put),
        (CONFLICT, put),
        (WRITTEN[2], delete),
        (WRITTEN[3], delete),
        (CONFLICT, delete),
    ],
)
def test_what_is_documented_for_a_write_is_done(domain: Domain, answer: Answer, call: Callable[[], None]) -> None:
    if call is put:
        open_search.create_index()
    domain.instead = [answer]
    call()
    assert domain.instead == []


def test_what_is_documented_for_a_search_is_read(made: Domain) -> None:
    made.instead = [documented.found(*[documented.hit("a", {"number": at, "id": f"u{at}"}) for at in (1, 2)])]
    assert search() == [(1, "u1"), (2, "u2")]


@pytest.mark.parametrize("call", [open_search.create_index, put, delete, search])
@pytest.mark.parametrize("answer", documented.REFUSALS, ids=lambda answer: str(answer[0]))
def test_a_refusal_is_an_error_and_is_not_asked_again(domain: Domain, answer: Answer, call: Callable[[], Any]) -> None:
    if call is put:
        open_search.create_index()
    domain.came.clear()
    domain.instead = [answer, WRITTEN[0]]
    with pytest.raises(NotDone, match=str(answer[0])):
        call()
    assert len(domain.came) == 1


def test_a_search_without_an_index_is_an_error(domain: Domain) -> None:
    with pytest.raises(NotDone, match="404"):
        search()


def test_a_request_whose_connection_breaks_is_sent_three_times(made: Domain) -> None:
    made.instead = [None, None]
    put()
    assert len(made.came) == 3 and len(made.documents) == 1
    made.instead = [None] * 3
    with pytest.raises(NotDone, match="ConnectionError"):
        search()


def test_nothing_is_logged_of_what_was_looked_for(made: Domain, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    put(1, "confidential")
    open_search.search("a", [{"term": {"all": "confidential"}}], 2, None)
    made.instead = [documented.REFUSALS[0]]
    with pytest.raises(NotDone):
        put(2, "confidential")
    assert "confidential" not in caplog.text and not [one for one in caplog.records if one.name.startswith("opensearch")]


def test_the_client_is_loaded_by_the_first_request() -> None:
    probe = "import sys, app; assert 'chalicelib.models.open_search' in sys.modules; print('opensearchpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], stdout=subprocess.PIPE, check=True, text=True).stdout == "False\n"
