"""Tokens: every secret that opens a door (access and refresh tokens, api keys, api secrets), stored as its digest.

Key: SHA-256 of the secret. `expires_at` (epoch seconds) is the table's TTL; a row past it counts as gone.
An ending stands among them under `ended#account#person` (`ended#account#` for all of an account's, and for what its
clients' secrets gave): it ends what was issued in an earlier generation, however much that is, in one write. A login that
has ended as a whole stands under `ended#account#person#family`.
"""

from collections.abc import Collection, Mapping, Sequence

from pynamodb.attributes import JSONAttribute
from pynamodb.indexes import IncludeProjection

from chalicelib import config
from chalicelib.models.attributes import BooleanAttribute, IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table, conditional, read_page, transaction
from chalicelib.models.indexes import GlobalIndex


class ByAccount(GlobalIndex["Token"]):
    """An account's api keys, by when they were made."""

    class Meta:
        index_name = "by_account"
        projection = IncludeProjection(["kind", "account", "level", "name", "person", "begins", "token_version"])

    keys_of = UnicodeAttribute(hash_key=True)
    created_at = IntegerAttribute(range_key=True)


class Token(Table):
    """What a secret lets its holder do."""

    class Meta:
        table_name = config.table("tokens")

    digest = UnicodeAttribute(hash_key=True, attr_name="dg")
    #: access · refresh · key (a person's api key) · client (an api client's secret) · code and reset (good once) ·
    #: binding (of a visitors' token to a visitor) · seen (who was at a network address; no secret is its key)
    kind = UnicodeAttribute(attr_name="ki")
    account = UnicodeAttribute(attr_name="ac")
    level = UnicodeAttribute(attr_name="le")
    #: Label of the api client under which it was issued.
    client = UnicodeAttribute(default="", attr_name="cl")
    #: The public half that must be presented with the secret: an e-mail or an api key.
    name = UnicodeAttribute(null=True, attr_name="na")
    person = UnicodeAttribute(null=True, attr_name="pe")
    number = IntegerAttribute(null=True, attr_name="nu")
    expires_at = IntegerAttribute(null=True, attr_name="ex")
    #: Of a code: where it was sent.
    redirect_uri = UnicodeAttribute(null=True, attr_name="ru")
    #: Whether a visitors' token has spoken for somebody yet.
    is_bound = BooleanAttribute(default=False, attr_name="bo")
    #: How often the holder's logins had been ended when it was issued; of an ending, the first generation that goes on.
    token_version = IntegerAttribute(default=0, attr_name="tv")
    #: Of an ending: the first generation of api keys that goes on, and the one token that goes on anyway.
    key_version = IntegerAttribute(default=0, attr_name="kv")
    exempt_token = UnicodeAttribute(null=True, attr_name="et")
    #: The label of the client for whose secret it was given, and how often that secret had been renewed before.
    issuer = UnicodeAttribute(default="", attr_name="is")
    issuer_version = IntegerAttribute(default=0, attr_name="iv")
    #: Of an account's ending: by a client's label, the first generation of its secret whose tokens go on.
    clients: JSONAttribute = JSONAttribute(null=True, attr_name="cs")
    #: The login that it descends from; of a refresh token, when it was used (epoch milliseconds), and what made the next one.
    family = UnicodeAttribute(default="", attr_name="fa")
    used_at = IntegerAttribute(null=True, attr_name="ua")
    salt = UnicodeAttribute(null=True, attr_name="sa")
    #: Of an api key: its account, when it was made (epoch milliseconds), and the first characters of the secret.
    keys_of = UnicodeAttribute(null=True, attr_name="ko")
    created_at = IntegerAttribute(null=True, attr_name="ca")
    begins = UnicodeAttribute(null=True, attr_name="be")

    by_account = ByAccount()


def get(digest: str) -> Token | None:
    """The row of a digest, expired or not, read consistently: one request."""
    return Token.find(digest)


def get_many(keys: Collection[str]) -> dict[str, Token]:
    """The rows under keys (digests, or `ending_key`), expired or not, read consistently: one request for each hundred."""
    return {row.digest: row for row in Token.batch_get(sorted(keys), consistent_read=True)} if keys else {}


def revocation_key(account: str, person: str = "", family: str = "") -> str:
    """Where it stands that tokens have ended: an account's, a person's, or those of one login."""
    return f"ended#{account}#{person}" + (f"#{family}" if family else "")


def revocation(account: str, person: str, generation: int, keys_generation: int, spared: str | None = None) -> Token:
    """What ends a person's tokens (all of the account's where `person` is empty) of earlier generations."""
    return Token(
        revocation_key(account, person),
        kind="ending",
        account=account,
        level="",
        token_version=generation,
        key_version=keys_generation,
        exempt_token=spared,
    )


def clients_revocation(account: str, generations: Mapping[str, int]) -> Token:
    """What ends the tokens that an account's clients were given for earlier secrets: all clients' generations by label."""
    return Token(revocation_key(account), kind="ending", account=account, level="", clients=dict(generations))


def login_revocation(token: Token, until: int) -> Token:
    """What ends all that descends from the login of a token; it has to last until then (epoch seconds)."""
    key = revocation_key(token.account, token.person or "", token.family)
    return Token(key, kind="family", account=token.account, level="", expires_at=until)


def rotate(used: Token, salt: str, now: int, successors: Sequence[Token]) -> None:
    """Uses up a refresh token for what follows it: one request. Raises Refused where it has been used, or has gone."""
    with transaction() as write:
        unused = Token.digest.exists() & Token.used_at.does_not_exist()
        write.update(used, [Token.used_at.set(now), Token.salt.set(salt)], unused)
        for row in successors:
            write.save(row)


def keys(account: str, limit: int) -> list[Token]:
    """An account's api keys in the order they were made, as of a moment ago: one request."""
    return read_page(Token.by_account.query(account, limit=limit))[0]


def put(token: Token) -> None:
    """Stores a new token. A digest is of 256 random bits, so it can't be another's."""
    token.save()


def put_all(tokens: Sequence[Token]) -> None:
    """Stores several tokens: one request."""
    with transaction() as write:
        for token in tokens:
            write.save(token)


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
