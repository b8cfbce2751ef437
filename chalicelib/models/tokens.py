"""Tokens: every secret that opens a door (access and refresh tokens, api keys, api secrets), stored as its digest.

Key: SHA-256 of the secret. `expires_at` (epoch seconds) is the table's TTL; a row past it counts as gone.
"""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from chalicelib import config
from chalicelib.models.base import IntegerAttribute, Table, conditional


class Token(Table):
    """What a secret lets its holder do."""

    class Meta:
        table_name = config.table("tokens")

    digest = UnicodeAttribute(hash_key=True)
    #: access · refresh · key (a person's api key) · client (an api client's secret)
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
    #: Whether a visitors' token has spoken for somebody yet.
    is_bound = BooleanAttribute(default=False)


def get(digest: str) -> Token | None:
    """The row of a digest, expired or not, read consistently: one request."""
    return Token.find(digest)


def put(token: Token) -> None:
    """Stores a new token. A digest is of 256 random bits, so it can't be another's."""
    token.save()


def bind(token: str, binding: Token) -> None:
    """Stores that a token speaks for a person, beside whomever it speaks for: two requests. Raises Refused for no token."""
    with conditional():
        Token(token).update([Token.is_bound.set(True)], Token.digest.exists())
    binding.save()
