"""Tokens: every secret that opens a door (access and refresh tokens, api keys, api secrets), stored as its digest.

Key: SHA-256 of the secret. `expires_at` (epoch seconds) is the table's TTL; a row past it counts as gone.
An ending stands among them under `ended#account#person` (`ended#account#` for all of an account's): it ends what was
issued in an earlier generation, however much that is, in one write.
"""

from collections.abc import Sequence

from chalicelib import config
from chalicelib.models.attributes import BooleanAttribute, IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table, conditional


class Token(Table):
    """What a secret lets its holder do."""

    class Meta:
        table_name = config.table("tokens")

    digest = UnicodeAttribute(hash_key=True)
    #: access · refresh · key (a person's api key) · client (an api client's secret) · code and reset (good once) ·
    #: binding (of a visitors' token to a visitor) · seen (who was at a network address; no secret is its key)
    kind = UnicodeAttribute()
    account = UnicodeAttribute()
    level = UnicodeAttribute()
    #: Label of the api client under which it was issued.
    client = UnicodeAttribute(default="")
    #: The public half that must be presented with the secret: an e-mail or an api key.
    name = UnicodeAttribute(null=True)
    person = UnicodeAttribute(null=True)
    number = IntegerAttribute(null=True)
    expires_at = IntegerAttribute(null=True)
    #: Of a code: where it was sent.
    redirect_uri = UnicodeAttribute(null=True)
    #: Whether a visitors' token has spoken for somebody yet.
    is_bound = BooleanAttribute(default=False)
    #: How often the holder's logins had been ended when it was issued; of an ending, the first generation that goes on.
    generation = IntegerAttribute(default=0)
    #: Of an ending: the first generation of api keys that goes on, and the one token that goes on anyway.
    keys_generation = IntegerAttribute(default=0)
    spared = UnicodeAttribute(null=True)


def get(digest: str) -> Token | None:
    """The row of a digest, expired or not, read consistently: one request."""
    return Token.find(digest)


def get_with_endings(digest: str, account: str, person: str) -> tuple[Token | None, list[Token]]:
    """The row of a digest and what may have ended it, read consistently in one request."""
    keys = [digest, *([_ending(account)] if account else []), *([_ending(account, person)] if account and person else [])]
    rows = {row.digest: row for row in Token.batch_get(keys, consistent_read=True)}
    return rows.pop(digest, None), list(rows.values())


def _ending(account: str, person: str = "") -> str:
    return f"ended#{account}#{person}"


def ending(account: str, person: str, generation: int, keys_generation: int, spared: str | None = None) -> Token:
    """What ends a person's tokens (all of the account's where `person` is empty) of earlier generations."""
    return Token(
        _ending(account, person),
        kind="ending",
        account=account,
        level="",
        generation=generation,
        keys_generation=keys_generation,
        spared=spared,
    )


def put(token: Token) -> None:
    """Stores a new token. A digest is of 256 random bits, so it can't be another's."""
    token.save()


def put_all(rows: Sequence[Token]) -> None:
    """Stores rows that may be there already: one request for each 25."""
    with Token.batch_write() as batch:
        for row in rows:
            batch.save(row)


def get_many(digests: Sequence[str]) -> list[Token]:
    """Those of the rows that exist, expired or not: one request for each hundred, none for none."""
    return list(Token.batch_get(list(digests))) if digests else []


def delete(digest: str) -> None:
    """Ends a token; again without harm: one request."""
    Token(digest).delete()


def take(token: Token) -> None:
    """Ends a token that is good once; raises Refused where another was faster."""
    with conditional():
        token.delete(Token.digest.exists())


def bind(token: str, binding: Token, *further: Token) -> None:
    """Stores that a token speaks for a person, beside whomever it speaks for, and further rows: two requests.

    Raises Refused for no token.
    """
    with conditional():
        Token(token).update([Token.is_bound.set(True)], Token.digest.exists())
    put_all([binding, *further])
