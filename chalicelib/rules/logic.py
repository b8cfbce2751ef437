"""Logical expressions over numbered conditions, such as `(1 or 2) and 3`. Parsed, never evaluated as code."""

import re
from collections.abc import Sequence

import msgspec

#: Characters that an expression may have, and how many parentheses may be open at once.
LONGEST, DEEPEST = 1000, 20
_TOKEN = re.compile(r"\s*([0-9]{1,9}\b|and\b|or\b|[()]|$)", re.IGNORECASE)


class ConditionError(ValueError):
    """What makes a condition or an expression impossible, in words for the caller."""


class And(msgspec.Struct, frozen=True):
    """True where every part is."""

    parts: tuple["Logic", ...]


class Or(msgspec.Struct, frozen=True):
    """True where a part is."""

    parts: tuple["Logic", ...]


#: A parsed expression; a number is the condition at that place, from 1.
Logic = int | And | Or


def parse_logic(text: str, count: int) -> Logic:
    """Returns an expression of `and`, `or` (in any case; `and` binds tighter), parentheses and the numbers 1 to `count`.

    Raises ConditionError for another number, bad syntax, more than LONGEST characters, or more than DEEPEST levels.
    """
    if len(text) > LONGEST:
        raise ConditionError(f"has more than {LONGEST} characters")
    parser = _Parser(_tokens(text), count)
    found = parser.either(0)
    if parser.next:
        raise ConditionError(f"has {parser.next!r} where it should end, or `and` or `or` should stand")
    return found


def evaluate(logic: Logic, truths: Sequence[bool]) -> bool:
    """Returns the expression's value where the condition at place n is `truths[n - 1]`."""
    if isinstance(logic, int):
        return truths[logic - 1]
    parts = (evaluate(part, truths) for part in logic.parts)
    return all(parts) if isinstance(logic, And) else any(parts)


def _tokens(text: str) -> list[str]:
    """Returns numbers, words in lower case and parentheses, with an empty text at the end."""
    tokens, at = [""], 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ConditionError(f"has {text[at : at + 10].strip()!r}, but takes numbers, `and`, `or` and parentheses")
        tokens.append(found[1].lower())
        at = found.end()
    return [*filter(None, tokens), ""]


class _Parser:
    """Reads tokens from left to right, a function for each level of the grammar."""

    def __init__(self, tokens: list[str], count: int) -> None:
        self._tokens, self._at, self._count = tokens, 0, count

    @property
    def next(self) -> str:
        return self._tokens[self._at]

    def _take(self) -> str:
        token = self.next
        self._at += bool(token)
        return token

    def either(self, depth: int) -> Logic:
        """Parts with `or` between them."""
        parts = [self._every(depth)]
        while self.next == "or":
            self._take()
            parts.append(self._every(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _every(self, depth: int) -> Logic:
        parts = [self._one(depth)]
        while self.next == "and":
            self._take()
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self, depth: int) -> Logic:
        token = self._take()
        if token == "(":
            return self._inside(depth + 1)
        if not token.isdigit():
            raise ConditionError(f"has {token!r} where a number should stand" if token else "ends where a number should stand")
        if not 1 <= int(token) <= self._count:
            raise ConditionError(f"names condition {token}, but there are {self._count}")
        return int(token)

    def _inside(self, depth: int) -> Logic:
        if depth > DEEPEST:
            raise ConditionError(f"has more than {DEEPEST} parentheses inside each other")
        found = self.either(depth)
        if self._take() != ")":
            raise ConditionError("has a parenthesis that is not closed")
        return found
