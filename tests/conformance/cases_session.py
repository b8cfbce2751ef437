"""Calls that succeed of a browser's session with the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.conformance.cases_settings import nothing
from tests.world import PASSWORD

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

_PATH = "/api/v3/anytime/session"
CASES: dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]] = {
    ("POST", _PATH): lambda scene, _: {"email": scene.world.agents[0].email, "password": PASSWORD},
    ("PUT", _PATH): lambda scene, _: {"accountId": scene.world.account},
    ("DELETE", _PATH): nothing,
    ("POST", f"{_PATH}/refresh"): nothing,
    ("POST", f"{_PATH}/password"): lambda scene, _: {"email": scene.world.agents[0].email},
}
