"""Anytime's session of a browser: an access token for its scripts, and a refresh token in a cookie that no script can read."""

from typing import Annotated
from urllib.parse import urlsplit

from chalicelib import config
from chalicelib.context import AGENT, Context
from chalicelib.desk.auth import logins, refresh_tokens, tokens
from chalicelib.desk.auth.refresh_tokens import TokenPair
from chalicelib.desk.core.errors import Forbidden, NotAuthenticated
from chalicelib.desk.people import owners, recovery
from chalicelib.desk.realtime import closing, sessions
from chalicelib.dialects.anytime.agents import Agent
from chalicelib.dialects.anytime.agents import show as show_agent
from chalicelib.dialects.anytime.shapes import BASE, Wire
from chalicelib.dialects.bounds import Email, Header, Id, Name, Secret, one_of
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import Answer, Shows

_PATH = f"{BASE}/session"
#: The page to which the mail for a forgotten password leads.
_RESET_PAGE = "/ppauth/reset"


class FromPage(Wire, kw_only=True):
    """Base: what a browser says of itself. Pages of other origins are refused, so that they can't act with the cookie."""

    cookie: Header = ""
    host: Header = ""
    origin: Header = ""
    site: Header = ""


class SignIn(FromPage, kw_only=True):
    """`POST /session`. `accountId` is one of the accounts that the agent owns, by default the one where they log in."""

    email: Id
    password: Secret
    account_id: Name | None = None


class SwitchAccount(FromPage, kw_only=True):
    """`PUT /session`: the account to go on in."""

    account_id: Name


class ForgotPassword(FromPage, kw_only=True):
    """`POST /session/password`: whose password is forgotten."""

    email: Email


class SessionAccount(Wire, kw_only=True):
    """An account of the agent's."""

    id: str
    name: str


class StatusWord(Wire, kw_only=True):
    """A word that the account has for a presence. `PUT /cs-chat-ticket/v1/status` takes it."""

    name: str
    status: Annotated[str, one_of("online", "away", "busy", "offline")]


class SessionSocket(Wire, kw_only=True):
    """Where live events are, and what the socket's `auth` says beside the access token: docs/channels.md."""

    url: str
    app_id: str
    user_id: str
    device_id: str


class Session(Wire, kw_only=True):
    """A session. `expiresIn` is in seconds; `accounts` are all that the agent owns, or the one they are in."""

    access_token: str
    token_type: str = "bearer"
    expires_in: int = tokens.ACCESS_SECONDS
    agent: Agent
    status_name: str
    statuses: list[StatusWord]
    account: SessionAccount
    accounts: list[SessionAccount]
    socket: SessionSocket


class WrappedSession(Wire, kw_only=True):
    """A session under its name, null where there is none."""

    session: Session | None


#: A session, and the cookie that continues it.
Opened = Annotated[Answer, Shows(WrappedSession, headers=("Set-Cookie",))]


def sign_in(ctx: Context, request: SignIn) -> Opened:
    """`POST /session`: for an agent's e-mail and password, limited as `POST /oauth/token`."""
    _check_page(request)
    caller = logins.log_in_plain(ctx, request.email, request.password, request.account_id)[1]
    pair = refresh_tokens.issue_pair(ctx, caller)
    logins.log_sign_in(ctx.acting(caller))
    return _opened(ctx, pair)


def refresh(ctx: Context, request: FromPage) -> Opened:
    """`POST /session/refresh`: the cookie's session goes on; its token is used up, and the cookie has the next one."""
    _check_page(request)
    try:
        return _opened(ctx, refresh_tokens.rotate(ctx, _token(request)))
    except NotAuthenticated:
        return _none()


def switch_account(ctx: Context, request: SwitchAccount) -> Opened:
    """`PUT /session`: goes on in another account that the caller owns; the session until then ends."""
    _check_page(request)
    opened = _opened(ctx, refresh_tokens.issue_pair(ctx, owners.enter(ctx, request.account_id)))
    closing.end_login(ctx, _token(request))
    return opened


def sign_out(ctx: Context, request: FromPage) -> Opened:
    """`DELETE /session`: ends the cookie's session with all its tokens and sockets. Again it changes nothing."""
    _check_page(request)
    closing.end_login(ctx, _token(request))
    return _none()


def forgot_password(ctx: Context, request: ForgotPassword) -> None:
    """`POST /session/password`: mails a link for a new password. The answer is the same whether or not the e-mail is known."""
    _check_page(request)
    recovery.request_mail_anywhere(ctx, request.email, _RESET_PAGE)


def _opened(ctx: Context, pair: TokenPair) -> Answer:
    ctx = ctx.acting(tokens.check(ctx, pair.access, tokens.ACCESS))
    place = sessions.open_browser(ctx)
    account, aliases = place.account, place.account.status_aliases
    shown = Session(
        access_token=pair.access,
        agent=show_agent(ctx, place.agent),
        status_name=place.agent.presence_alias or place.agent.presence or "offline",
        statuses=[StatusWord(name=word, status=aliases.get(word, word)) for word in place.words],
        account=SessionAccount(id=account.id, name=account.name),
        accounts=[SessionAccount(id=one.id, name=one.name) for one in place.accounts],
        socket=SessionSocket(url=config.socket_url(), app_id=account.id, user_id=place.agent.id, device_id=place.device.id),
    )
    return Answer(WrappedSession(session=shown), headers=_headers(pair.refresh, tokens.REFRESH_SECONDS))


def _none() -> Answer:
    return Answer(WrappedSession(session=None), headers=_headers("", 0))


def _headers(token: str, seconds: int) -> dict[str, str]:
    """The cookie, which goes to this host alone and with no other site's requests; nothing on the way keeps the answer. A browser
    takes the prefix of its name only with this path.
    """
    scope = "Path=/; Secure" if _is_secure() else f"Path={_PATH}"
    kept = f"{cookie_name()}={token}; {scope}; Max-Age={seconds}; HttpOnly; SameSite=Strict"
    return {"Set-Cookie": kept, "Cache-Control": "no-store"}


def _is_secure() -> bool:
    return config.PUBLIC_URL.startswith("https:")


def cookie_name() -> str:
    """The cookie's name. It has the port and the path, because desks on one host share their cookies. With its prefix, no other
    host can set it.
    """
    public = urlsplit(config.PUBLIC_URL)
    place = [str(public.port or ""), *public.path.split("/")]
    return ("__Host-" if _is_secure() else "") + "_".join(["polydesk_session", *filter(None, place)])


def _token(request: FromPage) -> str:
    """Returns the refresh token of the cookie, empty for none."""
    for part in request.cookie.split(";"):
        name, _, value = part.strip().partition("=")
        if name == cookie_name():
            return value
    return ""


def _check_page(request: FromPage) -> None:
    """Raises Forbidden where a page of another origin has made the browser call. A program says nothing of a page."""
    if request.site:
        is_ours = request.site in ("same-origin", "none")
    else:
        own = _origin(config.PUBLIC_URL)
        is_ours = request.origin in ("", own, f"{own.partition('://')[0]}://{request.host}")
    if not is_ours:
        raise Forbidden("only pages of this desk have a session")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


_PAGE = {"cookie": "Cookie", "host": "Host", "origin": "Origin", "site": "Sec-Fetch-Site"}
ROWS = [
    Endpoint("POST", _PATH, sign_in, headers=_PAGE, raises=(NotAuthenticated, Forbidden), has_secret=True),
    Endpoint("PUT", _PATH, switch_account, AGENT, headers=_PAGE, raises=(Forbidden,), has_secret=True),
    Endpoint("DELETE", _PATH, sign_out, headers=_PAGE, raises=(Forbidden,)),
    Endpoint("POST", f"{_PATH}/refresh", refresh, headers=_PAGE, raises=(Forbidden,), has_secret=True),
    Endpoint("POST", f"{_PATH}/password", forgot_password, headers=_PAGE, raises=(Forbidden,)),
]
