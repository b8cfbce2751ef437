from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.text import join_names, preview, visitor_email

#: Letters of one, two, three and four bytes, among all others.
letters = st.sampled_from("aé世😀") | st.characters(exclude_categories=["Cs"])
bodies = st.text(letters, max_size=40)
sizes = st.integers(0, 60)


@given(bodies, sizes)
def test_a_preview_is_a_beginning_of_at_most_so_many_bytes(body: str, most: int) -> None:
    cut = preview(body, most)
    assert body.startswith(cut)
    assert len(cut.encode()) <= most


@given(bodies, sizes)
def test_the_next_character_would_not_fit(body: str, most: int) -> None:
    cut = preview(body, most)
    assert cut == body or len(body[: len(cut) + 1].encode()) > most


@given(bodies, sizes)
def test_the_preview_of_a_preview_is_the_same(body: str, most: int) -> None:
    assert preview(preview(body, most), most) == preview(body, most)


def test_a_character_is_whole_or_not_there() -> None:
    assert [preview("a世b", most) for most in range(6)] == ["", "a", "a", "a", "a世", "a世b"]
    assert [len(preview("😀😀", most)) for most in (3, 4, 7, 8)] == [0, 1, 1, 2]


def test_a_preview_has_128_bytes_where_nothing_else_is_said() -> None:
    assert preview("x" * 300) == "x" * 128
    assert preview("é" * 300) == "é" * 64


def test_a_visitors_address_is_the_beginning_of_both_uuids() -> None:
    person, account = "0190a5f2-7a00-7000-8000-000000000001", "c6a1b2d3-0000-7000-8000-000000000002"
    assert visitor_email(person, account) == "0190a5@c6a1b2"


@given(st.lists(st.text(st.characters(exclude_characters=","), min_size=1, max_size=30), max_size=30), st.integers(10, 300))
def test_names_in_a_row_fit_and_are_whole_where_one_does(names: list[str], most: int) -> None:
    row = join_names(names, most)
    assert len(row) <= most
    if row != ",".join(names):
        said = row.removesuffix("…").split(",")
        assert row.endswith("…") and (said == names[: len(said)] or names[0].startswith(said[0]))
