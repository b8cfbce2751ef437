"""A first deployment that fails again and again goes on where it stopped, and ends as one that went through at once."""

from collections.abc import Iterator

import pytest

import app
from tests.e2e.cloud import Cloud, cloud
from tests.policies import FUNCTIONS

MAPPINGS = sum(type(source).__name__ in ("SQSEventConfig", "DynamoDBEventConfig") for source in app.app.event_sources)
#: What is refused, and which one of its kind: the steps of a first deployment in their order.
CUTS = [
    ("Action=ExecuteChangeSet", 1),  # the stack is in review
    ("Action=CreateRole", 2),  # a role, a function and a mapping are there, and Chalice has written no file
    ("AWSEvents.PutTargets", 1),  # a rule without target
    ("polydesk-cut/policy", 2),  # a REST API that nobody has deployed and that may not call the function
    ("Action=PutRolePolicy", len(FUNCTIONS) + 2),  # after Chalice's own: one role knows the WebSocket API
    ("PUT /2015-03-31/event-source-mappings", MAPPINGS + 2),  # after Chalice's own
    ("PUT /2015-03-31/functions", 2 * len(FUNCTIONS) + 2),  # after Chalice's own, which are code and configuration
    ("PUT /restapis", 3),  # the API has been overwritten, one kind of refusal has its headers
    ("PATCH /v2/apis", 1),  # the REST API has its throttle
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Tried to parse"),  # moto's CloudFormation knows no bucket policies
]


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with cloud(tmp_path_factory.mktemp("data")) as found:
        yield found


def test_a_deployment_that_fails_at_every_step_ends_like_one_that_does_not(aws: Cloud) -> None:
    aws.deploy("whole", "--no-smoke")
    whole = aws.counts("whole")
    for kind, nth in CUTS:
        aws.fuse.arm(kind, nth)
        ran = aws.run("infra.deploy", "cut")
        aws.fuse.disarm()
        assert aws.fuse.blown and ran.returncode in (1, 2), f"{kind}: {ran.stdout}"
        assert aws.counts("cut") <= whole, f"{kind} left something doubled"
    aws.deploy("cut", "--no-smoke")
    assert aws.counts("cut") == whole == aws.counts("whole")
    assert aws.picture("cut") == aws.picture("whole")
