"""PPMessage's api levels, the order of its checks, and /ppauth."""

from dataclasses import replace
from typing import Any

import msgspec

from chalicelib.context import ADMIN, AGENT, VISITOR, Caller, Context, system
from chalicelib.desk import clients, people, tokens
from chalicelib.desk.errors import NotAuthenticated
from chalicelib.dialects.endpoint import Endpoint, required
from chalicelib.dialects.http import Answer, Request
from chalicelib.dialects.ppmessage.errors import Coded

#: Each api level, and the level of the core that it stands for.
LEVELS = {
    "PPCOM": VISITOR,
    "PPKEFU": AGENT,
    "PPCONSOLE": ADMIN,
    "PPCONSOLE_BEFORE_LOGIN": VISITOR,
    "THIRD_PARTY_KEFU": AGENT,
    "THIRD_PARTY_CONSOLE": ADMIN,
}
#: Levels that the documentation calls "all".
EVERY_LEVEL = ("PPCOM", "PPKEFU", "PPCONSOLE", "THIRD_PARTY_KEFU", "THIRD_PARTY_CONSOLE")
#: Levels of the documentation's other rows.
PPCOM = ("PPCOM",)
CONSOLES = ("PPCONSOLE", "THIRD_PARTY_CONSOLE")
_BY_PASSWORD = ("PPKEFU", "PPCONSOLE")


def admit(request: Request, endpoint: Endpoint) -> Context:
    """Who calls: JSON first (1), then the header (3), the token, its level and its app (4), then what is required (6)."""
    ctx = system()
    if endpoint.needs is None:
        return ctx
    if request.media_type not in ("", "application/json", "text/json", "text/plain"):
        raise Coded(1, f"the content type is {request.media_type}")
    if not request.body:
        raise Coded(1, "there is no body")
    given = request.json
    secret = request.credential("OAuth")
    if secret is None:
        raise Coded(3)
    caller = tokens.check(ctx, secret, tokens.ACCESS)
    fields = endpoint.fields
    app = given.get("app_uuid")
    if caller.client not in endpoint.needs or (app is None and fields.get("app_uuid")) or app not in (None, caller.account):
        raise NotAuthenticated
    required([name for name, needed in fields.items() if needed], given)
    return ctx.acting(_acting(caller, given))


def _acting(caller: Caller, given: dict[str, Any]) -> Caller:
    """A visitor's token acts for the user whom the call names, and sees that user's things alone."""
    person = given.get("user_uuid") or given.get("from_uuid")
    return replace(caller, person=person) if caller.level == VISITOR and isinstance(person, str) else caller


class TokenRequest(msgspec.Struct):
    """The form of /ppauth/token."""

    grant_type: str = ""
    client_id: str = ""
    client_secret: str = ""
    user_email: str = ""
    user_password: str = ""


def token(ctx: Context, request: TokenRequest) -> Answer:
    """`POST /ppauth/token`: an access token for a client's secret, or for an agent's e-mail and wire password."""
    if request.grant_type == "client_credentials":
        return _for_client(ctx, request)
    if request.grant_type == "password":
        return _for_agent(ctx, request)
    return _refused("unsupported_grant_type")


def _for_client(ctx: Context, form: TokenRequest) -> Answer:
    try:
        caller = clients.check(ctx, form.client_id, form.client_secret)
    except NotAuthenticated:
        return _refused("invalid_client")
    if caller.client == "PPKEFU":
        return _refused("unauthorized_client")
    if caller.client == "PPCONSOLE":
        caller = replace(caller, client="PPCONSOLE_BEFORE_LOGIN", level=VISITOR)
    return Answer({"access_token": _issued(ctx, caller), "token_type": "Bearer"})


def _for_agent(ctx: Context, form: TokenRequest) -> Answer:
    try:
        account, label = clients.known(ctx, form.client_id)
        person, caller = people.log_in(ctx, form.user_email, form.user_password)
    except NotAuthenticated:
        return Answer({"error_code": -1}, refused=True)
    if label not in _BY_PASSWORD or account != caller.account:
        return Answer({"error_code": -1}, refused=True)
    access = _issued(ctx, replace(caller, client=label))
    return Answer({"error_code": 0, "access_token": access, "user_uuid": person.id, "token_type": "Bearer"})


def _issued(ctx: Context, caller: Caller) -> str:
    return tokens.issue(ctx, caller, tokens.ACCESS, tokens.ACCESS_SECONDS)


def _refused(error: str) -> Answer:
    return Answer({"error": error}, 400)


ROWS = [Endpoint("POST", "/ppauth/token", token, in_form=True)]
