"""Api clients: the programs that call for an account. Each has a public key, a secret and its dialect's label."""

import msgspec
from msgspec.structs import asdict, replace

from chalicelib.context import ADMIN, AGENT, STRANGER, VISITOR, Caller, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.accounts.accounts import Client
from chalicelib.desk.auth import tokens
from chalicelib.desk.core import access, publishing
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.errors import NOT_OWNER, Forbidden, NotAuthenticated, NotFound
from chalicelib.desk.core.people_events import AccessEnded
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import accounts as rows
from chalicelib.models import unique_names
from chalicelib.models.tokens import Token, clients_revocation

#: The clients that each account has, and their levels.
USUAL = {"PPCOM": VISITOR, "PPKEFU": AGENT, "PPCONSOLE": ADMIN, "THIRD_PARTY_KEFU": AGENT, "THIRD_PARTY_CONSOLE": ADMIN}
_known: TimedCache[tuple[str, str]] = TimedCache()


class Credential(msgspec.Struct, frozen=True):
    """A client's public key, and its secret where it has just been made. Only the secret's digest is stored."""

    key: str
    secret: str | None = None


class NewClient(msgspec.Struct, frozen=True):
    """A client that is stored together with its account."""

    client: Client
    credential: Credential
    claim: unique_names.UniqueName
    secret: Token | None


def new_client(ctx: Context, label: str, level: str, *, with_secret: bool) -> NewClient:
    """Returns a new client of the context's account, to be stored with the account."""
    key = ctx.secret()
    claim = unique_names.new_name(ctx.account, "client", key, label, scope=unique_names.EVERYWHERE)
    if not with_secret:
        return NewClient(Client(key, level), Credential(key), claim, None)
    secret, row = _secret(ctx, label, Client(key, level))
    return NewClient(Client(key, level, row.digest), Credential(key, secret), claim, row)


@access.allow(ADMIN)
def renew(ctx: Context, label: str, *, only_first: bool = False) -> Credential:
    """Makes a new secret for a client of the caller's account and returns it, only this once. Three requests.

    The client's last secret, all tokens that it issued and the sockets opened with those end. With `only_first` a client that
    already has a secret keeps it, and no secret is returned. Raises Forbidden unless the caller owns the account, NotFound for an
    unknown label.
    """
    told: list[str | None] = []

    def attempt() -> Client:
        account, row = accounts.load_for_update(ctx)
        if ctx.caller.person != account.owner:
            raise Forbidden("only the owner gets a client's secret", NOT_OWNER)
        client = account.clients.get(label)
        if client is None:
            raise NotFound("client", label)
        if client.secret and only_first:
            return client
        fresh = replace(client, token_version=client.token_version + 1)
        secret, token = _secret(ctx, label, fresh)
        fresh = replace(fresh, secret=token.digest)
        changed = account.clients | {label: fresh}
        document = {**row.document, "clients": {**row.document["clients"], label: asdict(fresh)}}
        ends = clients_revocation(ctx.account, {name: one.token_version for name, one in changed.items()})
        rows.change_secret(row, document, token, ends, client.secret, accounts.log_of(ctx, row, document))
        told.append(secret)
        return fresh

    client = retry_on_conflict(ctx, attempt)
    accounts.forget(ctx.account)
    if told:
        tokens.forget_cached_of(ctx.account)
        publishing.publish([AccessEnded(ctx.account, ctx.now)], ctx.now)
    return Credential(client.key, told[0] if told else None)


def _secret(ctx: Context, label: str, client: Client) -> tuple[str, Token]:
    holder = Caller(ctx.account, client.level, client=label, issuer=label, issuer_version=client.token_version)
    return tokens.new_token(ctx, holder, tokens.CLIENT, None, name=client.key)


@access.allow(STRANGER)
def check(ctx: Context, key: str, secret: str) -> Caller:
    """Returns the client that has this key and secret. Raises NotAuthenticated."""
    return tokens.check(ctx, secret, tokens.CLIENT, name=key)


@access.allow(STRANGER)
def find(ctx: Context, key: str) -> tuple[str, str]:
    """Returns (account, label) of the client with this public key, which proves nothing by itself. No request where a warm
    process knows it, else one. Raises NotAuthenticated.
    """
    found = _known.get(key, ctx.now) or _find(key)
    return _known.put(key, found, ctx.now)


def _find(key: str) -> tuple[str, str]:
    claim = unique_names.find(unique_names.EVERYWHERE, "client", key) if key else None
    if claim is None:
        raise NotAuthenticated
    return claim.account, claim.id
