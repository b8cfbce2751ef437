"""A walk through a deployed desk that reads and writes nothing: what is served, and that the rest is refused as documented.

Run alone as `python -m infra.smoke URL`.
"""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx

from infra.aws import CannotDeploy, run, say

_PATIENCE = 60
#: What is asked without credentials: method, path, the status, and what the answer's body must say.
_ASKED: list[tuple[str, str, int, Callable[[Any], bool]]] = [
    ("GET", "/openapi.json", 200, lambda body: len(body["paths"]) > 20),
    ("POST", "/api/SMOKE", 200, lambda body: body["error_code"] == 18 and body["uri"] == "/SMOKE"),
    ("POST", "/ppauth/smoke", 200, lambda body: body["error_code"] == 18),
    ("POST", "/upload/upload/", 200, lambda body: body["error_code"] == 6),  # a slash at the end is nothing to the gateway
    ("GET", "/api/v3/anytime/smoke", 404, lambda body: {"code", "message"} <= body.keys()),
    ("GET", "/oauth/smoke", 404, lambda body: {"code", "message"} <= body.keys()),
    ("GET", "/cs-chat-ticket/smoke", 404, lambda body: body["errors"][0]["status"] == "404"),
    ("GET", "/auth/smoke", 404, lambda body: body["type"] == "Error"),
    ("POST", "/api/PP_GET_APP_INFO", 200, lambda body: body["error_code"] == 3),
    ("POST", "/ppauth/widget", 200, lambda body: body["error_code"] in (6, 20)),
    ("GET", "/api/v3/anytime/conversations", 401, lambda body: body["code"] == 401000),
    ("GET", "/cs-chat-ticket/v1/tickets", 401, lambda body: body["errors"][0]["status"] == "401"),
    ("GET", "/auth/addon/live_chat/operator/list", 401, lambda body: body["type"] == "Error"),
    ("GET", "/smoke", 404, lambda body: "message" in body),  # the gateway itself
]


def walk(url: str, patience: float = _PATIENCE) -> None:
    """Asks all of it, again for so many seconds where something is not as it should be: a new API takes a moment.

    Raises CannotDeploy with what is wrong.
    """
    end = time.monotonic() + patience
    with httpx.Client(base_url=url, timeout=20) as http:
        while wrong := [found for asked in _ASKED if (found := _wrong(http, *asked))]:
            if time.monotonic() >= end:
                raise CannotDeploy(f"it is deployed, but does not answer as it should: {'; '.join(wrong)}")
            time.sleep(2)
    say("smoke", f"{len(_ASKED)} answers are as documented")


def _wrong(http: httpx.Client, method: str, path: str, status: int, says: Callable[[Any], bool]) -> str | None:
    """What is wrong with one answer."""
    try:
        answer = http.request(method, path, json={} if method == "POST" else None)
    except httpx.HTTPError as error:
        return f"{method} {path}: {error}"
    if answer.status_code != status:
        return f"{method} {path} answers {answer.status_code}, not {status}"
    if answer.headers.get("access-control-allow-origin") != "*":
        return f"{method} {path} answers without CORS"
    return None if _holds(says, answer.text) else f"{method} {path} answers {answer.text[:200]}"


def _holds(says: Callable[[Any], bool], text: str) -> bool:
    try:
        return says(json.loads(text))
    except (ValueError, LookupError, TypeError, AttributeError):
        return False


if __name__ == "__main__":
    sys.exit(run(partial(walk, sys.argv[1].rstrip("/"))))
