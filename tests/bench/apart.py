"""Calls that are measured once, each on a desk of its own: what they cost does not depend on how large an account is."""

from collections.abc import Sequence

import boto3
import pytest

from chalicelib import config
from tests.bench import aws
from tests.bench.calls import Call, scene
from tests.bench.capacity import desk
from tests.bench.figures import Report

_BUCKET = "polydesk-dev-attachments-bench"


def measure(report: Report, calls: Sequence[Call]) -> None:
    """Adds requests, with their budget, and units of each call; of the bucket requests alone."""
    with aws.whole(report.data), pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "ATTACHMENTS", _BUCKET)
        boto3.client("s3").create_bucket(Bucket=_BUCKET)
        for one in calls:
            with desk() as world:
                bill = one.act(scene(world))
            assert "Scan" not in bill.requests
            report.add(one.name, len(bill.requests) / bill.of, "requests", one.most, one.note or bill.told)
            for name, unit in (("reads", "RRU"), ("writes", "WRU")):
                if value := getattr(bill, name):
                    report.add(f"{one.name}: {name}", value / bill.of, unit)
