"""What the commands that deploy have in common: the region, the account, progress, waiting."""

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

APP = "polydesk"
_STAGE = re.compile(r"[a-z][a-z0-9]{1,15}")  # as infra/template.yaml has it
_PATIENCE = 300


class CannotDeploy(Exception):
    """Why a deployment stops, in a sentence for the person who deploys."""


def say(what: str, how: str) -> None:
    """One line of progress."""
    print(f"{what:<9} {how}", flush=True)


def run(command: Callable[[], None]) -> int:
    """Runs a command of ours; what it can't do is a sentence and code 2, what AWS refuses one and code 1."""
    try:
        command()
    except CannotDeploy as reason:
        print(f"polydesk: {reason}", file=sys.stderr)
        return 2
    except OSError as error:  # a file that may not be written, a disk that is full
        print(f"polydesk: {error}", file=sys.stderr)
        return 2
    except (BotoCoreError, ClientError) as error:
        print(f"polydesk: {error}\npolydesk: mend that and run this again: it goes on from here", file=sys.stderr)
        return 1
    return 0


def here(stage: str) -> str:
    """The region, which every client then uses. Raises CannotDeploy for a stage that can't be one, or without a region."""
    if not _STAGE.fullmatch(stage):
        raise CannotDeploy(f"STAGE must be 2 to 16 small letters and digits, not {stage!r}")
    region = os.environ.get("AWS_REGION") or boto3.session.Session().region_name
    if not region:
        raise CannotDeploy("no region: set AWS_REGION")
    os.environ |= {"AWS_REGION": region, "AWS_DEFAULT_REGION": region, "POLYDESK_STAGE": stage}
    return region


def account() -> str:
    """The AWS account's number."""
    return boto3.client("sts").get_caller_identity()["Account"]


def pages(service: Any, operation: str, key: str, **given: Any) -> Iterator[Any]:
    """All entries of a listing, over all its pages."""
    for page in service.get_paginator(operation).paginate(**given):
        yield from page[key]


def until(holds: Callable[[], bool], what: str) -> None:
    """Waits until it holds; raises CannotDeploy after five minutes."""
    end = time.monotonic() + _PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise CannotDeploy(f"{what} takes longer than {_PATIENCE} seconds; run the command again later")
        time.sleep(1)
