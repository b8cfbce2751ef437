"""The format of imports and exports: what is read is what is written, and times are kept to the millisecond."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk.core import lines

_MOMENTS = st.integers(0, 4_102_444_800_000)


@given(_MOMENTS)
def test_a_moment_is_the_same_after_it_was_a_time(moment: int) -> None:
    time = lines.from_ms(moment)
    told = lines.decode(lines.encode(lines.Contact(id="1", created_at=time)))
    assert isinstance(told, lines.Contact) and told.created_at is not None
    assert lines.to_ms(told.created_at) == moment
    assert lines.to_ms(time.astimezone(timezone(timedelta(hours=-7))) + timedelta(microseconds=999)) == moment


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=64))
def test_any_text_comes_back(text: str) -> None:
    line = lines.Tag(name=text)
    assert lines.decode(lines.encode(line)) == line
    assert b"\n" not in lines.encode(line)


def test_a_digest_says_what_a_line_says() -> None:
    line = lines.Contact(id="1", name="Mia", created_at=datetime(2024, 1, 1, tzinfo=UTC))
    assert lines.digest(line) == lines.digest(lines.decode(lines.encode(line)))
    assert lines.digest(line) != lines.digest(msgspec.structs.replace(line, name="Mio"))
    assert lines.from_ms_if(None) is None


@pytest.mark.parametrize("kind", lines.KINDS)
def test_every_kind_is_told_by_its_type_and_takes_nothing_else(kind: type[lines.Line]) -> None:
    tag = str(kind.__struct_config__.tag)
    with pytest.raises(msgspec.ValidationError, match="unknown field `surprise`"):
        lines.decode(msgspec.json.encode({"type": tag, "surprise": 1}))
