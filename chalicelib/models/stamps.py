"""Stamps: who writes a row, and when."""

from typing import NamedTuple


class Stamp(NamedTuple):
    """When something is written (epoch milliseconds), and who writes it: a packed actor (rules.actors), 0 for the desk itself."""

    at: int
    by: int = 0
