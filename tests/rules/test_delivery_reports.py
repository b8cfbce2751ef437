"""Reports of servers about mails of ours, in the forms of common ones."""

import pytest

from chalicelib.rules import delivery_reports
from chalicelib.rules.delivery_reports import Report
from chalicelib.rules.mail_parsing import parse
from tests.rules.reports import ARF, EXCHANGE, EXIM, LATE, OURS, POSTFIX, QMAIL, READ, VACATION


def read(raw: str) -> Report | None:
    data = raw.replace("\n", "\r\n").encode()
    return delivery_reports.read(parse(data, ""), data)


@pytest.mark.parametrize(
    ("raw", "recipients", "words", "passes"),
    [
        (POSTFIX, ("bob@x.example",), "550 5.1.1 <bob@x.example>: no such user", False),
        (POSTFIX.replace("5.1.1", "4.2.2"), ("bob@x.example",), "550 4.2.2 <bob@x.example>: no such user", True),
        (EXCHANGE, ("bob@x.example",), "550 5.1.10 RESOLVER.ADR.RecipientNotFound", False),
        (QMAIL, ("bob@x.example",), "Sorry, no mailbox here by that name. (#5.1.1)", False),
        (EXIM, ("bob@x.example",), "all relevant MX records point to non-existent hosts", False),
    ],
)
def test_a_mail_that_came_back_is_told_with_the_servers_words(
    raw: str, recipients: tuple[str, ...], words: str, passes: bool
) -> None:
    found = read(raw)
    assert found and (found.is_complaint, found.recipients, found.passes) == (False, recipients, passes)
    assert words in found.reason
    assert OURS in delivery_reports.ids(parse(raw.encode(), ""))


def test_a_complaint_is_told() -> None:
    assert read(ARF) == Report(True, (), "", False)
    assert delivery_reports.ids(parse(ARF.encode(), "")) == [OURS]


@pytest.mark.parametrize("raw", [LATE, READ, VACATION, f"From: ann@x.example\nIn-Reply-To: <{OURS}>\n\nIt failed."])
def test_what_is_late_was_read_or_was_written_by_somebody_is_no_report(raw: str) -> None:
    assert read(raw) is None


def test_a_persons_mail_has_no_ids_of_another_one_in_its_text() -> None:
    assert delivery_reports.ids(parse(f"From: ann@x.example\n\n<{OURS}>".encode(), "ann@x.example")) == []
