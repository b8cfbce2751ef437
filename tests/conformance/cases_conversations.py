"""Calls that succeed, of Anytime's rows about conversations and their messages."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.dialects.anytime.shapes import moment

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

_PATH = "/api/v3/anytime/conversations"
_ONE = f"{_PATH}/{{id}}"
_MESSAGE = f"{_ONE}/messages/{{messageId}}"
#: Its message is a mail that failed (cases_mail.py).
RESEND = ("PUT", f"{_MESSAGE}/resend")


def _nothing(scene: "Scene", _: str) -> dict[str, Any]:
    return {}


CASES: "dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]]" = {
    ("GET", _PATH): _nothing,
    ("POST", _PATH): lambda scene, _: {
        "subject": "Where is my parcel?",
        "channel": "portal",
        # Closed, so that the scene's open conversations stay as they are.
        "status": "closed",
        "message": {"type": "note", "plainBody": "they called"},
    },
    ("PUT", _PATH): lambda scene, _: {"ids": [scene.number], "priority": "high"},
    ("GET", f"{_PATH}/unreadCount"): _nothing,
    ("GET", _ONE): _nothing,
    ("PUT", _ONE): lambda scene, _: {"priority": "high"},
    **{("PUT", f"{_ONE}/{word}"): _nothing for word in ("read", "unread")},
    ("PUT", f"{_ONE}/snooze"): lambda scene, _: {"until": moment(scene.world.now + 3_600_000)},
    ("DELETE", f"{_ONE}/snooze"): _nothing,
    ("GET", f"{_ONE}/messages"): _nothing,
    ("POST", f"{_ONE}/messages"): lambda scene, _: {"type": "reply", "plainBody": "words"},
    ("GET", _MESSAGE): _nothing,
    **{("PUT", f"{_MESSAGE}/{word}"): _nothing for word in ("read", "unread", "resend")},
}
