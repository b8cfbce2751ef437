"""Expressions of the embedded AWS, parsed once. The desk always sends the same few hundred, and ministack parses each again for
each row of a transaction, twice.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

#: Expressions that are remembered, and the longest one.
_MOST, _LONGEST = 1_000, 1_000


def remember(tables: Any) -> None:
    """Lets ministack's module of DynamoDB remember what it found out about expressions."""
    tokens = _remembering(tables._tokenize)
    tables._tokenize = lambda expression: list(tokens(expression))  # its readers may change a list of tokens
    tables._condition_syntax_error = _remembering(tables._condition_syntax_error)


def _remembering(read: Callable[..., Any]) -> Callable[..., Any]:
    known = lru_cache(_MOST)(read)
    return lambda expression, *more: (known if len(expression) <= _LONGEST else read)(expression, *more)
