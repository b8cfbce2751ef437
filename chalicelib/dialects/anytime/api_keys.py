"""Api keys: a key for a program, the list of keys, and revoking one. Anytime's documents use keys but do not say how to make
them.
"""

from typing import Literal

from chalicelib.context import AGENT, Context
from chalicelib.desk.people import api_keys
from chalicelib.dialects.anytime.shapes import BASE, Wire, moment
from chalicelib.dialects.bounds import Id, Moment
from chalicelib.dialects.endpoint import Endpoint, Nothing

_PATH = f"{BASE}/apiKeys"
#: An Anytime program shows its key with the e-mail, a LiveChat program its `api_token` alone.
_ANYTIME: Literal["anytime"] = "anytime"
_LIVECHAT: Literal["liveChat"] = "liveChat"


class ApiKey(Wire, kw_only=True):
    """A key without its secret. `begins` has the secret's first characters."""

    id: str
    email: str | None
    use: Literal["anytime", "liveChat"]
    begins: str
    created_time: Moment


class ApiKeyList(Wire, kw_only=True):
    """Keys under their name."""

    api_keys: list[ApiKey]


class MakeKey(Wire, kw_only=True):
    """`POST /apiKeys`."""

    use: Literal["anytime", "liveChat"] = _ANYTIME


class MadeKey(Wire, kw_only=True):
    """A new key. `secret` is shown only now."""

    api_key: ApiKey
    secret: str


class OneKey(Wire, kw_only=True):
    """`DELETE /apiKeys/{keyId}`."""

    key_id: Id


class EndedKey(Wire, kw_only=True):
    """The id of a revoked key."""

    id: str


def list_keys(ctx: Context, request: Nothing) -> ApiKeyList:
    """`GET /apiKeys`: the caller's keys, for the account's owner all keys; without their secrets."""
    return ApiKeyList(api_keys=[_key(found) for found in api_keys.list_keys(ctx)])


def make_key(ctx: Context, request: MakeKey) -> MadeKey:
    """`POST /apiKeys`: a key for the caller. Its secret is only in this answer."""
    made, secret = api_keys.create(ctx, is_named=request.use == _ANYTIME)
    return MadeKey(api_key=_key(made), secret=secret)


def end_key(ctx: Context, request: OneKey) -> EndedKey:
    """`DELETE /apiKeys/{keyId}`: revokes a key. It is refused from now on, by other processes after a minute at most."""
    id_ = request.key_id.lower()
    api_keys.revoke(ctx, id_)
    return EndedKey(id=id_)


def _key(key: api_keys.ApiKey) -> ApiKey:
    use = _ANYTIME if key.is_named else _LIVECHAT
    return ApiKey(id=key.id, email=key.email, use=use, begins=key.begins, created_time=moment(key.created_at))


ROWS = [
    Endpoint("GET", _PATH, list_keys, AGENT),
    Endpoint("POST", _PATH, make_key, AGENT, has_secret=True),
    Endpoint("DELETE", f"{_PATH}/{{keyId}}", end_key, AGENT),
]
