"""Calls of the console's numbers that succeed."""

from typing import Any

_NUMBERS = ("OVERVIEW_NUMBER", "REAL_TIME_CUSTOMER_NUMBER", "REAL_TIME_SERVICE_NUMBER", "REAL_TIME_MESSAGE_NUMBER")
_RANGES = ("CUSTOMER_NUMBER_BY_RANGE", "SERVICE_NUMBER_BY_RANGE", "MESSAGE_NUMBER_BY_RANGE")


def _app(scene: Any, _: str) -> dict[str, Any]:
    return {"app_uuid": scene.world.account}


CASES = {("POST", f"/api/PPCONSOLE_GET_{name}"): _app for name in _NUMBERS + _RANGES}
