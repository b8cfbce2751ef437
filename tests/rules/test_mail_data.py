"""Real replies, with what people wrote and what was quoted, where they can be found: they are no part of the repository."""

import os
from pathlib import Path

import pytest

from chalicelib.rules.html import to_text
from chalicelib.rules.html_quotes import split_html
from chalicelib.rules.mail_parsing import parse
from chalicelib.rules.quotes import split_text

BESIDE = [parent / "shared" / "data" / "mail" for parent in Path(__file__).resolve().parents[2:5]]
DATA = next((path for path in [Path(os.environ.get("POLYDESK_MAIL_DATA", "/nowhere")), *BESIDE] if path.is_dir()), None)
pytestmark = pytest.mark.skipif(DATA is None, reason="POLYDESK_MAIL_DATA names no folder with replies/ and clients/")


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def read(path: Path) -> str:
    return path.read_bytes().decode()


def test_what_people_wrote_is_complete_and_nearly_always_alone() -> None:
    assert DATA
    exact = []
    mails = sorted((DATA / "replies" / "emails").iterdir())
    for mail in mails:
        split, wrote = split_text(read(mail)), lines(read(DATA / "replies" / "trimmed" / mail.name))
        own = iter(lines(split.own))
        assert all(line in own for line in wrote), mail.name
        assert sorted(lines(split.own) + lines(split.quote)) == sorted(lines(read(mail))), mail.name
        exact.append(lines(split.own) == wrote)
    assert len(mails) >= 43 and sum(exact) / len(exact) >= 0.97


def test_mails_of_all_programs_are_told_apart() -> None:
    assert DATA
    for path in sorted((DATA / "clients").glob("*.eml")):
        mail = parse(path.read_bytes())
        assert mail.is_whole and not mail.notes, path.name
        assert lines(split_text(mail.text).own) == ["Hello"], path.name
        if mail.html:
            assert lines(to_text(split_html(mail.html).own)) in (["Hello"], ["Allo! Follow up MIME!"]), path.name
    for path in sorted((DATA / "clients").glob("*.html")):
        assert lines(to_text(split_html(read(path)).own)) == ["Hi. I am fine.", "Thanks,", "Alex"], path.name
