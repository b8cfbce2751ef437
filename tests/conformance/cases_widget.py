"""Calls of a web page's chat that succeed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.conformance import cases_domains

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

START = ("POST", "/ppauth/widget")


def _page(scene: Scene) -> str:
    """The host of a domain's page, the same one for a scene."""
    return str(scene.kept.get("page") or scene.kept.setdefault("page", cases_domains.domain(scene)))


def headers(scene: Scene) -> dict[str, str]:
    """What a browser says of the page."""
    return {"Origin": f"https://{_page(scene)}"}


CASES: dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]] = {
    ("GET", "/widget.js"): lambda scene, _: {"app": scene.world.account, "domain": "shop.example"},
    START: lambda scene, _: {"app_uuid": scene.world.account, "domain": _page(scene)},
}
