"""What `infra.import` and `infra.export` have in common: which stage, which account, and how far they have come."""

import argparse
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from infra import local, stack
from infra.aws import CannotDeploy, here

if TYPE_CHECKING:
    from chalicelib.context import Context

#: Seconds between two notes of how far a command has come.
_NOTED_EVERY = 0.5


def arguments(description: str, file: str) -> argparse.ArgumentParser:
    """Returns a parser of what both take."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("file", type=Path, help=file)
    parser.add_argument("--stage", default=os.environ.get("STAGE") or local.STAGE, help="default: the running desk of DATA")
    parser.add_argument("--account", help="the account: its uuid, or of an --owner's its name")
    parser.add_argument("--owner", metavar="EMAIL", help="an agent of the account; without both, the local desk's demo account")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("DATA") or ".local"), help="the folder of its notes")
    return parser


def point_to(stage: str, data: Path) -> None:
    """Points this process to a stage, before the desk's code is imported. Raises CannotDeploy."""
    if stage == local.STAGE:
        local.attach(data)
    here(stage)
    os.environ["POLYDESK_ATTACHMENTS"] = stack.bucket(stage)


def context_of(given: argparse.Namespace) -> "Context":
    """Returns the context of the account that the arguments name. Raises CannotDeploy for none."""
    from chalicelib import context
    from chalicelib.desk.accounts import accounts
    from chalicelib.desk.core.errors import NotFound

    ctx = context.system(_account(given))
    try:
        accounts.load(ctx)
    except NotFound as unknown:
        raise CannotDeploy(f"stage {given.stage} has no account {ctx.account}") from unknown
    return ctx


def _account(given: argparse.Namespace) -> str:
    from chalicelib.rules import ids

    if given.account and ids.is_uuid(given.account):
        return str(given.account)
    if given.owner:
        return _owned(given.owner, given.account)
    known = given.data / "desk.json"
    if given.stage == local.STAGE and known.exists():
        demo = json.loads(known.read_text())["account"]
        if given.account in (None, demo["name"]):
            return str(demo["app_uuid"])
    raise CannotDeploy("say which account: --account=UUID, or --owner=EMAIL and, of several, --account=NAME")


def _owned(email: str, name: str | None) -> str:
    from chalicelib import context
    from chalicelib.desk.accounts import accounts
    from chalicelib.models import unique_names
    from chalicelib.rules import emails

    login = unique_names.find(unique_names.EVERYWHERE, "login", emails.canonical(email))
    every = [login.account, *(login.accounts or ())] if login else []
    named = {account: accounts.load(context.system(account)).name for account in every}
    found = [account for account, called in named.items() if name in (None, called)]
    if len(found) != 1:
        raise CannotDeploy(f"{email} has {len(found)} such accounts: {', '.join(named.values()) or 'none'}")
    return str(found[0])


@contextmanager
def alone_with(file: IO[bytes], doing: str) -> Iterator[None]:
    """Keeps other processes of ours from doing something with a file. Raises CannotDeploy where another one does."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CannotDeploy(f"another process is {doing} {file.name}") from error
    yield  # closing the file ends it


class Notes:
    """How far a command has come, in a file: written twice a second at most, and removed at the end."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._clock, self._noted = path, clock, 0.0
        path.parent.mkdir(parents=True, exist_ok=True)

    def load(self) -> dict[str, Any]:
        """Returns what was noted last, empty if nothing was. Raises CannotDeploy if the file is not a note."""
        try:
            return dict(json.loads(self._path.read_text())) if self._path.exists() else {}
        except (TypeError, ValueError) as error:
            raise CannotDeploy(f"{self._path} is not one of our notes: remove it") from error

    def put(self, make: Callable[[], dict[str, Any]], *, now: bool = False) -> None:
        """Notes what `make` returns, if the last note is old enough, or `now`."""
        if now or self._clock() - self._noted >= _NOTED_EVERY:
            draft = self._path.with_suffix(".draft")
            draft.write_text(json.dumps(make()))
            draft.replace(self._path)
            self._noted = self._clock()

    def remove(self) -> None:
        """Forgets it."""
        self._path.unlink(missing_ok=True)
