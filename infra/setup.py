"""`make setup STAGE=…`: a link that opens an account for a company in the browser, once and within a week.

`make deploy` shows one for a stage that has had none. The code is behind the link's #, so no log has it.
"""

import argparse
import sys
from functools import partial

from chalicelib import config, context
from chalicelib.desk.people import first_accounts
from infra import stack
from infra.aws import CannotDeploy, here, run, say


def main() -> int:
    """Prints a link; returns the exit code."""
    parser = argparse.ArgumentParser(description="Prints a link with which one account can be opened on a stage.")
    parser.add_argument("--address", default="", help="of the desk; else the path alone is shown")
    parser.add_argument("--first", action="store_true", help="only for a stage that has had none")
    given = parser.parse_args()
    return run(partial(_tell, given.address, first=given.first))


def _tell(address: str, *, first: bool) -> None:
    region = here(config.STAGE)
    if not stack.exists(config.STAGE):
        raise CannotDeploy(f"stage {config.STAGE} is not deployed in {region}")
    ctx = context.system()
    code = first_accounts.make_first_code(ctx) if first else first_accounts.make_code(ctx)
    if code:
        say("sign up", f"{address}/signup#{code} (one account, within a week)")


if __name__ == "__main__":
    sys.exit(main())
