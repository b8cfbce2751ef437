"""Stamps: when a row is written, and by whom."""

from typing import NamedTuple


class Stamp(NamedTuple):
    """When something is written (epoch milliseconds), and by whom: a packed actor (rules.actors), 0 for the desk itself."""

    at: int
    by: int = 0
