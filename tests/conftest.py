"""A stack of infra/template.yaml in moto for each test file, and an account of its own for each test."""

import gc
import os
import warnings
from collections.abc import Iterator
from typing import Any

os.environ |= {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
os.environ |= {"POLYDESK_STAGE": "test", "POLYDESK_PUBLIC_URL": "https://desk.test"}
os.environ |= {"POLYDESK_ATTACHMENTS": "polydesk-test-attachments-123456789012-us-east-1"}
os.environ["POLYDESK_MAIL_FROM"] = "Desk <desk@desk.test>"
os.environ["POLYDESK_TRUSTS_MAILBOXES"] = "1"
os.environ["POLYDESK_LIMITS"] = "off"  # a test moves the clock, so what it does in a moment is more than a client could
os.environ.pop("AWS_ENDPOINT_URL", None)

import pytest
from moto import mock_aws

from chalicelib.rules import passwords
from tests import described, moto_speed, moto_stack, policies
from tests.scheduling import Scheduling
from tests.visitors import Visitor
from tests.world import World


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: no garbage collection goes through it again, and few are made."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


#: Folders whose files have tests that take long. They come first, so that no process ends with one of them alone.
_LONG = {"e2e", "chaos", "machine", "infra", "conformance"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the long files first (xdist hands files out in this order)."""
    items.sort(key=lambda item: _LONG.isdisjoint(item.path.parts))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Decides which process runs which file."""
    return Scheduling(config, log)


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    """Tables and queues, made from the template."""
    with mock_aws(), moto_speed.faster(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Tried to parse")
        moto_stack.make()
        with pytest.MonkeyPatch.context() as cheaper:
            # tests/rules/test_passwords.py holds what a hash costs; the desks of the other tests need it only to be one.
            cheaper.setattr(passwords, "_N", 2)
            yield


@pytest.fixture(autouse=True, scope="session")
def _as_described() -> Iterator[None]:
    """No test gets an answer that /openapi.json does not describe."""
    with described.checked():
        yield


@pytest.fixture(autouse=True)
def _within_policies() -> Iterator[None]:
    """No lambda asks AWS for what its policy denies, whatever becomes of the refusal in its code."""
    yield
    denied = policies.denied.copy()
    policies.denied.clear()
    assert denied == []


@pytest.fixture
def world(aws: None, monkeypatch: pytest.MonkeyPatch) -> World:
    """A desk with an owner, three agents and clients, whose clock the test moves."""
    policies.forget()
    return World(monkeypatch)


@pytest.fixture
def assigned(world: World) -> Visitor:
    """A visitor whose conversation routing has given to the first agent."""
    world.online(world.agents[0])
    visitor = world.asking()
    world.settle()
    return visitor


@pytest.fixture
def other(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Another account on the same desk."""
    return World(monkeypatch, clock_of=world, name="other")
