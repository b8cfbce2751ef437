"""Calls that succeed, of Anytime's portal: one contact's, about one conversation of theirs."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.desk.conversations import portal
from chalicelib.desk.conversations.composing import PostMessage
from chalicelib.desk.conversations.updates import Change
from tests.conformance.cases_anytime_people import new_contact

if TYPE_CHECKING:
    from tests.conformance.scene import Scene
    from tests.conformance.table import Row

PORTAL = "/api/v3/anytime/portalconversations"
ONE = f"{PORTAL}/{{id}}"


def contact(scene: "Scene") -> int:
    """The id of the contact that all of these calls are for, made once."""
    if "portal contact" not in scene.kept:
        scene.kept["portal contact"] = new_contact(scene)
    return int(scene.kept["portal contact"])


def conversation(scene: "Scene") -> int:
    """The id of a conversation of that contact's, made once."""
    if "portal conversation" not in scene.kept:
        ctx = scene.world.as_agent()
        person = portal.contact_of(ctx, contact(scene))
        made = portal.submit(ctx, person, Change(subject="A parcel"), PostMessage("", "Where is it?"))
        scene.kept["portal conversation"] = made.conversation.number
    return int(scene.kept["portal conversation"])


def ids(scene: "Scene", row: "Row") -> dict[str, str]:
    """The variables of a row's path, if it is one of these."""
    return {"id": str(conversation(scene))} if row.endpoint.path.startswith(ONE) else {}


def _of_contact(scene: "Scene", _: str) -> dict[str, Any]:
    return {"contactId": contact(scene)}


CASES: "dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]]" = {
    ("GET", PORTAL): _of_contact,
    ("POST", PORTAL): lambda scene, _: {
        "subject": "Another parcel",
        "contactId": contact(scene),
        "customFields": [{"name": "orderId", "value": "1234"}],
        "message": {"htmlBody": "<p>Where is it?</p>"},
    },
    ("GET", ONE): _of_contact,
    ("GET", f"{ONE}/messages"): _of_contact,
    ("POST", f"{ONE}/messages"): lambda scene, _: {"contactId": contact(scene), "plainBody": "words"},
    **{("PUT", f"{ONE}/{word}"): _of_contact for word in ("close", "reopen", "read", "unread")},
}
