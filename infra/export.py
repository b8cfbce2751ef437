"""`python -m infra.export FILE`: a whole account as lines that `infra.import` takes, its files in `FILE.files/`.

docs/import.md describes them. An export that was killed continues where it was. The lines have no passwords, tokens, keys or
secrets.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial

from infra import transfer
from infra.aws import run


def main(arguments: Sequence[str] | None = None) -> int:
    """Does what the arguments say; returns the exit code."""
    parser = transfer.arguments("Exports an account.", "where the lines go; not there yet, unless an export of it was broken off")
    return run(partial(_export, parser.parse_args(arguments)))


def _export(given: argparse.Namespace) -> None:
    transfer.point_to(given.stage, given.data)
    from infra import exporting  # only now, because the desk's code reads the environment when it is imported

    exporting.bring_out(given, transfer.context_of(given))


if __name__ == "__main__":
    sys.exit(main())
