"""One account with a conversation for a whole file: for tests that leave nothing behind that another would notice."""

from collections.abc import Iterator

import pytest

from tests import policies
from tests.conformance import cases_apps
from tests.conformance.scene import Scene, set_up
from tests.world import World


@pytest.fixture(scope="module")
def scene(aws: None) -> Iterator[Scene]:
    """A desk whose first agent is online and has answered one visitor."""
    policies.forget()
    with pytest.MonkeyPatch.context() as patch:
        yield set_up(World(patch))


@pytest.fixture(autouse=True)
def _alive(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that has removed the scene's account gives it back to the next one."""
    ends = "PP_REMOVE_APP" in request.node.name and "scene" in request.fixturenames
    scene: Scene | None = request.getfixturevalue("scene") if ends else None
    yield
    if scene:
        cases_apps.revive(scene)


@pytest.fixture(scope="module")
def rival(scene: Scene) -> Iterator[Scene]:
    """The same in another account of the same desk."""
    with pytest.MonkeyPatch.context() as patch:
        yield set_up(World(patch, clock_of=scene.world, name="rival"))
