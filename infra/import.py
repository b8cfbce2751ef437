"""`python -m infra.import FILE`: brings an account's past from another system: people, settings, conversations, messages.

docs/import.md describes the file. All of it is checked before anything is written. An import that was killed continues where it
was, and a line that was imported is not imported again.
"""

import argparse
import math
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from infra import transfer
from infra.aws import run

#: Lines a second at most on AWS, where a conversation of ten messages takes, by reckoning, about 60 write units.
_RATE = 200


def main(arguments: Sequence[str] | None = None) -> int:
    """Does what the arguments say; returns the exit code."""
    parser = transfer.arguments("Imports an account's people, settings and conversations.", "lines as docs/import.md has them")
    parser.add_argument("--dry-run", action="store_true", help="checks every line, and writes nothing")
    parser.add_argument("--rate", type=_rate, help=f"lines a second at most, 0 for all it can (AWS: {_RATE}, local desk: 0)")
    parser.add_argument("--no-verify", dest="verify", action="store_false", help="does not read all back at the end")
    given = parser.parse_args(arguments)
    if given.rate is None:
        given.rate = 0 if given.stage == "local" else _RATE
    return run(partial(_import, given))


def _rate(text: str) -> float:
    with suppress(ValueError):
        if 0 <= (rate := float(text)) < math.inf:
            return rate
    raise argparse.ArgumentTypeError(f"must be a number from 0 on, not {text!r}")


def _import(given: argparse.Namespace) -> None:
    transfer.point_to(given.stage, given.data)
    from infra import importing  # only now, because the desk's code reads the environment when it is imported

    importing.bring(given, transfer.context_of(given))


if __name__ == "__main__":
    sys.exit(main())
