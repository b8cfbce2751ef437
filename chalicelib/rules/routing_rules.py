"""Routing rules: who gets a new conversation, by what it is about. The conversation's row has the number of its rule."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from chalicelib.rules import conditions
from chalicelib.rules.conditions import ConditionList

#: Instead of a custom rule's number (from 1): the simple route; the route where no rule matches; that no rule may apply.
SIMPLE, MATCH_FAILED, NO_RULE = -1, -2, 0
#: What a route leads to.
AGENT, DEPARTMENT = TARGETS = ("agent", "department")


class Route(msgspec.Struct, frozen=True):
    """Where a conversation goes: to an agent or a department (`to`) by integer id, and which priority it gets. None for none."""

    to: str | None = None
    id: int | None = None
    priority: str | None = None


class Rule(msgspec.Struct, frozen=True):
    """A custom rule: its number, what it is for, and where that goes."""

    number: int
    conditions: ConditionList
    route: Route


class Match(msgspec.Struct, frozen=True):
    """The rule that applies, by its number, and its route."""

    rule: int
    route: Route


def first_match(rules: Iterable[Rule], facts: Mapping[str, Any], otherwise: Route | None) -> Match:
    """Returns the first rule whose conditions hold for these facts, else the route for what no rule matches, if there is one."""
    for rule in rules:
        if conditions.matches(rule.conditions, facts):
            return Match(rule.number, rule.route)
    return Match(MATCH_FAILED, otherwise) if otherwise else Match(NO_RULE, Route())
