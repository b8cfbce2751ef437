"""PPMessage's api levels, the order of its checks, and /ppauth."""

from collections.abc import Callable, Collection
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from chalicelib.context import VISITOR, Caller, Context, stranger
from chalicelib.desk.accounts import accounts
from chalicelib.desk.auth import api_clients, grants, known_sources, logins, tokens
from chalicelib.desk.core.errors import Locked, NotAuthenticated
from chalicelib.desk.people import people
from chalicelib.desk.people.people import Person
from chalicelib.dialects.bounds import Id, Line, Name, Secret, Token
from chalicelib.dialects.endpoint import Endpoint, required
from chalicelib.dialects.http import Answer, Request, Shows
from chalicelib.dialects.ppmessage import lenient
from chalicelib.dialects.ppmessage.errors import Bare, Coded, OAuthError

#: Each api level, and the core's level that it stands for.
CLIENTS = api_clients.USUAL
LEVELS = {**CLIENTS, "PPCONSOLE_BEFORE_LOGIN": VISITOR}
#: Levels that the documentation calls "all".
EVERY_LEVEL = ("PPCOM", "PPKEFU", "PPCONSOLE", "THIRD_PARTY_KEFU", "THIRD_PARTY_CONSOLE")
#: Levels of the documentation's other rows.
PPCOM = ("PPCOM",)
PPKEFU = ("PPKEFU",)
SERVICE = ("PPKEFU", "THIRD_PARTY_KEFU")
DEVICES = ("PPCOM", *SERVICE)
AGENTS = ("PPKEFU", "PPCONSOLE", "THIRD_PARTY_KEFU", "THIRD_PARTY_CONSOLE")
CONSOLES = ("PPCONSOLE", "THIRD_PARTY_CONSOLE")
SIGNING_UP = (*CONSOLES, "PPCONSOLE_BEFORE_LOGIN")
PPCOM_AND_KEFU = ("PPCOM", "PPKEFU", "THIRD_PARTY_KEFU")
KEFU_AND_CONSOLES = ("PPKEFU", "THIRD_PARTY_KEFU", *CONSOLES)
_BY_PASSWORD = ("PPKEFU", "PPCONSOLE")
#: Clients that a person may log in to on the desk's own page. Not a widget: its secret is public.
BY_CODE = (*_BY_PASSWORD, "THIRD_PARTY_KEFU", "THIRD_PARTY_CONSOLE")

#: logins.log_in, or log_in_plain.
LogIn = Callable[[Context, str, str, str | None], tuple[Person, Caller]]


def admit(request: Request, endpoint: Endpoint) -> Context:
    """Returns the caller. Checks JSON first (1), then the header (3), the token, its level and its app (4), then required
    fields (6).
    """
    ctx = stranger(request.source)
    if endpoint.needs is None:
        return ctx
    if request.media_type not in ("", "application/json", "text/json", "text/plain"):
        raise Coded(1, f"the content type is {request.media_type}")
    if not request.body:
        raise Coded(1, "there is no body")
    given = lenient.read(endpoint, request.json)
    secret = request.credential("OAuth")
    if secret is None:
        raise Coded(3)
    caller = tokens.check(ctx, secret, tokens.ACCESS)
    known_sources.record_token(ctx.acting(caller))
    fields = endpoint.fields
    app = given.get("app_uuid")
    if caller.client not in endpoint.needs or (app is None and fields.get("app_uuid")):
        raise NotAuthenticated
    if app not in (None, caller.account) and not _may_be_new(endpoint, app):
        raise NotAuthenticated
    nulls = {name for name in endpoint.nullable if given.get(name, ...) is None}
    required([name for name, needed in fields.items() if needed and name not in nulls], given)
    return _acting(ctx.acting(caller), given.get(endpoint.actor))


def optional(ctx: Context, authorization: str) -> Context:
    """Returns the caller of an endpoint that needs no token, if they show one. Raises codes 3 and 4 for a bad one."""
    if not authorization:
        return ctx
    secret = Request("", "", headers={"authorization": authorization}).credential("OAuth")
    if secret is None:
        raise Coded(3)
    return ctx.acting(tokens.check(ctx, secret, tokens.ACCESS))


def _may_be_new(endpoint: Endpoint, app: Any) -> bool:
    """A sign-up may name the account that it opens; the desk refuses one that exists."""
    return endpoint.needs is SIGNING_UP and isinstance(app, str)


def _acting(ctx: Context, person: Any) -> Context:
    """Returns the context in which a visitors' token acts for the contact that the call names, and sees only what is that
    contact's.

    No request where a warm process knows the contact, else one. Raises NotFound if the account has no such contact.
    """
    if ctx.caller.level != VISITOR or not isinstance(person, str) or not person:
        return ctx
    return ctx.as_person(person, people.load_contact(ctx, person).number)


def named(ctx: Context, person: str | None) -> Context:
    """Returns the context in which a program reads as the agent that the call names, and sees internal conversations with that
    agent.
    """
    caller = ctx.caller
    if caller.level == VISITOR or caller.person is not None or not person:
        return ctx
    return ctx.acting(replace(caller, person=person))


class TokenRequest(msgspec.Struct):
    """The form of /ppauth/token."""

    grant_type: Name = ""
    client_id: Secret = ""
    client_secret: Secret = ""
    user_email: Id = ""
    user_password: Secret = ""
    code: Token = ""
    redirect_uri: Line = ""


class ClientToken(Bare, forbid_unknown_fields=True):
    """A token for a client's secret."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"


class PersonToken(Bare, kw_only=True):
    """A token for a person. A code's is told with the seconds until it ends, also as the original spells that for its clients."""

    error_code: Literal[0] = 0
    access_token: str
    user_uuid: str
    token_type: Literal["Bearer"] = "Bearer"
    exipired_in: int | UnsetType = UNSET
    expires_in: int | UnsetType = UNSET


class LoginRefused(Bare, kw_only=True):
    """A wrong password, client or code. With `error_detail`, further attempts are refused for a while."""

    error_code: Literal[-1] = -1
    error_detail: str | UnsetType = UNSET


Granted = Annotated[Answer, Shows(ClientToken), Shows(PersonToken), Shows(LoginRefused), Shows(OAuthError, 400)]


def token(ctx: Context, request: TokenRequest) -> Granted:
    """`POST /ppauth/token`: an access token for a client's secret, for an agent's e-mail and wire password, or for a code."""
    if request.grant_type == "client_credentials":
        return _for_client(ctx, request)
    if request.grant_type == "password":
        return _for_agent(ctx, request)
    if request.grant_type == "authorization_code":
        return _for_code(ctx, request)
    return _refused("unsupported_grant_type")


def _for_client(ctx: Context, form: TokenRequest) -> Answer:
    try:
        caller = api_clients.check(ctx, form.client_id, form.client_secret)
    except NotAuthenticated:
        return _refused("invalid_client")
    if caller.client == "PPKEFU":
        return _refused("unauthorized_client")
    if caller.client == "PPCONSOLE":
        caller = replace(caller, client="PPCONSOLE_BEFORE_LOGIN", level=VISITOR)
    return Answer(ClientToken(_issued(ctx, caller)))


def _for_agent(ctx: Context, form: TokenRequest) -> Answer:
    try:
        person, caller = logged_in(ctx, form.client_id, form.user_email, form.user_password, _BY_PASSWORD)
    except Locked as error:
        return Answer(LoginRefused(error_detail=str(error)), refused=True)
    except NotAuthenticated:
        return Answer(LoginRefused(), refused=True)
    return Answer(PersonToken(access_token=_issued(ctx, caller), user_uuid=person.id))


def logged_in(
    ctx: Context, key: str, email: str, password: str, labels: Collection[str], log_in: LogIn = logins.log_in
) -> tuple[Person, Caller]:
    """Returns the agent with this e-mail and password, at the level of a client with one of the labels.

    The client belongs to their own account, another one they own, or the one whose console they signed up in. Raises
    NotAuthenticated, Locked.
    """
    account, label = api_clients.find(ctx, key)
    person, caller = log_in(ctx, email, password, account)
    foreign = account != caller.account and account != accounts.load_signup_account(ctx.acting(caller))
    if label not in labels or foreign:
        raise NotAuthenticated
    return person, replace(caller, client=label)


def _for_code(ctx: Context, form: TokenRequest) -> Answer:
    """Returns the caller for a code of the login page. The client need not repeat the address."""
    try:
        caller = grants.redeem(ctx, form.client_id, form.client_secret, form.code, form.redirect_uri)
    except NotAuthenticated:
        return Answer(LoginRefused(), refused=True)
    seconds, issued = tokens.ACCESS_SECONDS, _issued(ctx, caller)
    return Answer(PersonToken(access_token=issued, user_uuid=str(caller.person), exipired_in=seconds, expires_in=seconds))


def _issued(ctx: Context, caller: Caller) -> str:
    return tokens.issue(ctx, caller, tokens.ACCESS, tokens.ACCESS_SECONDS)


def _refused(error: str) -> Answer:
    return Answer(OAuthError(error), 400)


ROWS = [Endpoint("POST", "/ppauth/token", token, in_form=True)]
