"""What the embedded AWS remembers of expressions is what it would find out anew."""

from types import SimpleNamespace
from typing import Any

from ministack.services import dynamodb

from infra import expressions

PLAIN = "attribute_not_exists(#a) AND #b = :b"


def test_an_expression_is_taken_apart_once_and_is_the_same_each_time() -> None:
    read: list[str] = []

    def tokenize(expression: str) -> list[Any]:
        read.append(expression)
        return list(dynamodb._tokenize(expression))

    tables: Any = SimpleNamespace(_tokenize=tokenize, _condition_syntax_error=dynamodb._condition_syntax_error)
    expressions.remember(tables)
    tables._tokenize(PLAIN).clear()
    assert tables._tokenize(PLAIN) == dynamodb._tokenize(PLAIN) != []
    long = f"{PLAIN} {'OR #c = :c ' * 200}"
    assert tables._tokenize(long) == tables._tokenize(long) == dynamodb._tokenize(long)
    assert read == [PLAIN, long, long]
    for expression in (PLAIN, "#a = = :b", "#a ="):
        known = tables._condition_syntax_error(expression, "ConditionExpression")
        assert known == dynamodb._condition_syntax_error(expression, "ConditionExpression")
    assert tables._condition_syntax_error("#a =", "FilterExpression").startswith("Invalid FilterExpression")
