"""Machines' mails are told from people's."""

import pytest

from chalicelib.rules.mail_parsing import parse


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ("From: ann@x.example", ""),
        ("Auto-Submitted: auto-replied; owner-email=x", "auto-submitted"),
        ("Auto-Submitted: auto-generated (by a machine)", "auto-submitted"),
        ("auto-submitted: NO (a person)", ""),
        ("Auto-Submitted: (a machine) (x) auto-replied", "auto-submitted"),
        ("Auto-Submitted: (a person) no", ""),
        ("X-Autoreply-From: ann@x.example", "auto-submitted"),
        ("X-Auto-Reply-From: ann@x.example", "auto-submitted"),
        ("X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent", "auto-submitted"),
        ("X-Failed-Recipients: ann@x.example", "auto-submitted"),
        ("X-Vacation: yes", "auto-submitted"),
        ("Preference: auto_reply", "precedence"),
        ("Auto-Submitted: no\nPrecedence: bulk\nList-Id: <x.example>", ""),
        ("Auto-Submitted: no\nContent-Type: multipart/report; boundary=b", "report"),
        ("Auto-Submitted: auto-replied\nContent-Type: multipart/report; boundary=b", "report"),
        ("Auto-Submitted: auto-replied\nFrom: MAILER-DAEMON@x.example", "report"),
        ("Precedence: bulk", "precedence"),
        ("Precedence:  Auto_Reply ", "precedence"),
        ("Precedence: first-class", ""),
        ("X-Auto-Response-Suppress: OOF, AutoReply", "suppress"),
        ("X-Auto-Response-Suppress: None", ""),
        ("List-Id: Friends <friends.x.example>", "list"),
        ("List-Unsubscribe: <mailto:x@x.example>", "list"),
        ("X-Autoreply: yes", "auto-submitted"),
        ("X-Autorespond: no", ""),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=b", "report"),
        ("From: Mail Delivery <MAILER-DAEMON@x.example>", "report"),
        ("From: Postmaster <postmaster@x.example>", "report"),
        ("From: bounce@x.example", "report"),
        ("From: bouncer@x.example", ""),
        ("Return-Path: <>", "empty return path"),
        ("Return-Path: <ann@x.example>", ""),
    ],
)
def test_a_reason_is_given(headers: str, reason: str) -> None:
    assert parse(f"{headers}\nSubject: x\n\nhi".encode()).automatic == reason


def test_an_empty_return_path_is_one_in_the_envelope_and_in_the_header() -> None:
    assert parse(b"Return-Path: <ann@x.example>\n\nhi", "").automatic == "empty return path"
    assert parse(b"Return-Path: <ann@x.example>\n\nhi", "<>").automatic == "empty return path"
    assert parse(b"Return-Path: <>\n\nhi", "ann@x.example").automatic == "empty return path"
    assert parse(b"Return-Path: <ann@x.example>\n\nhi", "ann@x.example").automatic == ""
