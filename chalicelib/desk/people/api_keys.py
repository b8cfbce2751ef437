"""Api keys: secrets for people's programs, good until they are revoked. A key is shown once; lists show its first characters."""

from contextlib import suppress

import msgspec
from msgspec.structs import replace

from chalicelib.context import AGENT, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.auth import tokens
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Forbidden, NotFound
from chalicelib.desk.people import logged_people, people
from chalicelib.models import tokens as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.models.tokens import Token

#: Keys that an account has at most. A list reads more, because keys made at the same moment may exceed it.
MOST, _MOST_READ = 100, 1000


class ApiKey(msgspec.Struct, frozen=True):
    """An api key without its secret. `begins` has the secret's first characters; with `is_named` its e-mail must be shown with
    it.

    `id` is the digest that the key is stored under; nobody can log in with it. `created_at` is epoch milliseconds.
    """

    id: str
    email: str | None
    is_named: bool
    begins: str
    created_at: int


@access.allow(AGENT)
def list_keys(ctx: Context) -> list[ApiKey]:
    """Returns the caller's keys, for the account's owner all keys, oldest first. One query, two reads."""
    found = [row for row in _valid_keys(ctx)[0] if _may_see(ctx, row)]
    views = people.load_views(ctx, [row.person for row in found])
    return [_shown(row, view.email if (view := views.get(row.person or "")) else row.name) for row in found]


@access.allow(AGENT)
def create(ctx: Context, *, is_named: bool) -> tuple[ApiKey, str]:
    """Makes a key for the caller, at their level. Returns it with its secret. Four requests.

    Keys whose holders have gone are deleted. Raises Forbidden for a program, for an agent who is switched off, and beyond `MOST`
    keys.
    """
    if ctx.caller.person is None:
        raise Forbidden("only a person has api keys")
    person = people.get(ctx, ctx.caller.person)
    living, ended = _valid_keys(ctx)
    if not person.is_active or len(living) >= MOST:
        raise Forbidden(f"an account has {MOST} api keys at most" if person.is_active else "this person is switched off")
    for row in ended[:MOST]:
        rows.delete(row.digest)
    # The caller's token version, not the person's present one: a key must not outlive the caller's own credential.
    holder = replace(ctx.caller, client="", issuer="", issuer_version=0, family="")
    secret, row = tokens.new_token(ctx, holder, tokens.KEY, None, name=person.email if is_named else None)
    rows.put_key(row, logged_people.of_key(ctx, row, logged_people.KEY_CREATED))
    return _shown(row, person.email), secret


@access.allow(AGENT)
def revoke(ctx: Context, id_: str) -> None:
    """Ends a key: it is refused at once, by other processes after a minute at most. Two requests, one more for the account.

    Raises NotFound for a key that the caller may not see.
    """
    row = rows.get(id_)
    if row is None or row.kind != tokens.KEY or not _may_see(ctx, row):
        raise NotFound("api key", id_)
    with suppress(ConditionFailed):  # another call has ended it
        rows.delete_key(row, logged_people.of_key(ctx, row, logged_people.KEY_REMOVED))
    tokens.forget_cached(ctx, row.digest)


def _valid_keys(ctx: Context) -> tuple[list[Token], list[Token]]:
    """Returns the account's valid keys, and those that have ended with their holders or the account."""
    return tokens.split_ended(rows.keys(ctx.account, _MOST_READ))


def _may_see(ctx: Context, row: Token) -> bool:
    if row.account != ctx.account or ctx.caller.person is None:
        return False
    return row.person == ctx.caller.person or accounts.load(ctx).owner == ctx.caller.person


def _shown(row: Token, email: str | None) -> ApiKey:
    return ApiKey(row.digest, email, row.name is not None, row.begins or "", row.created_at or 0)
