"""One account with a conversation for a whole file: for tests that leave nothing behind that another would notice."""

from collections.abc import Iterator

import pytest

from tests import policies
from tests.conformance.scene import Scene, set_up
from tests.world import World


@pytest.fixture(scope="module")
def scene(aws: None) -> Iterator[Scene]:
    """A desk whose first agent is online and has answered one visitor."""
    policies.forget()
    with pytest.MonkeyPatch.context() as patch:
        yield set_up(World(patch))


@pytest.fixture(scope="module")
def rival(scene: Scene) -> Iterator[Scene]:
    """The same in another account of the same desk."""
    with pytest.MonkeyPatch.context() as patch:
        yield set_up(World(patch, clock_of=scene.world, name="rival"))
