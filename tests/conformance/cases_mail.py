"""Calls that succeed of Anytime's e-mail accounts and integration accounts: each makes by itself what it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.context import ADMIN
from chalicelib.desk.channels import email_accounts, integration_accounts, outbound
from chalicelib.desk.conversations import messages
from chalicelib.desk.conversations.messages import MailParts, PostMessage
from chalicelib.models import mailings
from chalicelib.models.messages import FAILED
from tests.conformance.cases_settings import another, nothing, with_room

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

_BASE = "/api/v3/anytime"


def _address(scene: Scene) -> str:
    return f"{another('box').replace(' ', '')}@{scene.world.account[-12:]}.example"


def email_account(scene: Scene) -> int:
    """A new e-mail account."""
    ctx = with_room(scene, email_accounts.EMAIL_ACCOUNTS)
    return email_accounts.create(ctx, _address(scene), email_accounts.Change()).number


def integration_account(scene: Scene) -> int:
    """A new integration account."""
    ctx = with_room(scene, integration_accounts.INTEGRATION_ACCOUNTS)
    return integration_accounts.create(ctx, integration_accounts.Change(app=another("app"))).number


def failed_mail(scene: Scene) -> str:
    """The integer id of a new mail in the scene's conversation, which has failed."""
    if not email_accounts.load(scene.world.ctx(ADMIN)):
        email_account(scene)
    command = PostMessage(scene.visitor.conversation, "words", kind="email", mail=MailParts(to="mia@customers.example"))
    message = outbound.post(scene.world.as_agent(), command)
    mailings.move(message, FAILED, scene.world.now, None)
    return str(messages.number_of(message))


def _new_email_account(scene: Scene, _: str) -> dict[str, Any]:
    email_account(scene)
    return {
        "email": _address(scene),
        "type": "exchange",
        "agentAssigneeId": scene.world.agents[0].number,
        "departmentAssigneeId": None,
        "isDefault": False,
    }


def _new_integration_account(scene: Scene, _: str) -> dict[str, Any]:
    integration_account(scene)
    return {"appId": another("app"), "accountName": "Our page", "accountOriginalId": "gh_1", "isEnable": True}


#: What makes the thing that `{id}` of a path names.
IDS: dict[str, Callable[[Scene], int]] = {
    f"{_BASE}/emailAccounts/{{id}}": email_account,
    f"{_BASE}/emailAccounts/{{id}}/verify": email_account,
    f"{_BASE}/integrationAccounts/{{id}}": integration_account,
}
CASES: dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]] = {
    ("GET", f"{_BASE}/emailAccounts"): nothing,
    ("POST", f"{_BASE}/emailAccounts"): _new_email_account,
    ("GET", f"{_BASE}/emailAccounts/{{id}}"): nothing,
    ("PUT", f"{_BASE}/emailAccounts/{{id}}"): lambda scene, _: {"agentAssigneeId": None, "isDefault": True},
    ("DELETE", f"{_BASE}/emailAccounts/{{id}}"): nothing,
    ("PUT", f"{_BASE}/emailAccounts/{{id}}/verify"): lambda scene, _: {"code": "0"},
    ("GET", f"{_BASE}/integrationAccounts"): nothing,
    ("POST", f"{_BASE}/integrationAccounts"): _new_integration_account,
    ("GET", f"{_BASE}/integrationAccounts/{{id}}"): nothing,
    ("PUT", f"{_BASE}/integrationAccounts/{{id}}"): lambda scene, _: {"accountName": "Another page", "isEnable": False},
    ("DELETE", f"{_BASE}/integrationAccounts/{{id}}"): nothing,
}
