import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.logic import DEEPEST, LONGEST, And, ConditionError, Or, evaluate, parse_logic

COUNT = 5
#: Expressions with whatever parentheses, spaces and case.
expressions = st.recursive(
    st.integers(1, COUNT).map(str),
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from([" and ", " or ", " AND ", "  Or\t"]), part).map("".join),
        part.map(lambda text: f"({text} )"),
    ),
    max_leaves=12,
)
truths = st.lists(st.booleans(), min_size=COUNT, max_size=COUNT)


@given(expressions, truths)
def test_an_expression_means_what_python_says(text: str, given_truths: list[bool]) -> None:
    names = text.lower()
    for number in range(1, COUNT + 1):
        names = names.replace(str(number), f"v{number}")
    expected = eval(names, {f"v{number}": truth for number, truth in enumerate(given_truths, 1)})
    assert evaluate(parse_logic(text, COUNT), given_truths) is expected


def test_and_binds_tighter_than_or() -> None:
    assert parse_logic("1 or 2 and 3", 3) == Or((1, And((2, 3))))
    assert parse_logic("(1 or 2)and 3", 3) == And((Or((1, 2)), 3))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "()",
        "1 2",
        "(1",
        "1)",
        "1 and",
        "or 1",
        "1 and or 2",
        "not 1",
        "1or2",
        "1 & 2",
        "1;2",
        "-1",
        "1.5",
        "\N{ARABIC-INDIC DIGIT ONE}",
        "__import__('os')",
    ],
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ConditionError):
        parse_logic(text, 3)


@pytest.mark.parametrize("number", ["0", "4", "99", "1000000000000"])
def test_a_number_that_is_not_in_the_list_is_refused(number: str) -> None:
    with pytest.raises(ConditionError):
        parse_logic(f"1 or {number}", 3)


def test_length_and_depth_are_bounded() -> None:
    assert parse_logic("(" * DEEPEST + "1" + ")" * DEEPEST, 1) == 1
    with pytest.raises(ConditionError, match="parentheses"):
        parse_logic("(" * (DEEPEST + 1) + "1" + ")" * (DEEPEST + 1), 1)
    parse_logic("1" + " and 1" * ((LONGEST - 1) // 6), 1)
    with pytest.raises(ConditionError, match="characters"):
        parse_logic("1" + " " * LONGEST, 1)


@given(st.text(max_size=60) | st.text("12()andor ", max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        logic = parse_logic(text, 2)
    except ConditionError:
        return
    assert evaluate(logic, [True, False]) in (True, False)
