"""Tokens: all secrets (access and refresh tokens, api keys, api secrets), stored as their digests.

Key: SHA-256 of the secret. `expires_at` (epoch seconds) is the table's TTL; a row past it counts as gone. Revocations are rows
of the same table: `ended#account#person` (`ended#account#` for all of an account and for its clients' secrets) ends in one
write all that was issued under an earlier token version; `ended#account#person#family` ends a whole login.
"""

from collections.abc import Collection, Mapping, Sequence

from pynamodb.attributes import JSONAttribute
from pynamodb.indexes import IncludeProjection

from chalicelib import config
from chalicelib.models import event_logs
from chalicelib.models.attributes import BooleanAttribute, IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table, conditional, read_page, transaction
from chalicelib.models.event_logs import LogEntry
from chalicelib.models.indexes import GlobalIndex


class ByAccount(GlobalIndex["Token"]):
    """An account's api keys, oldest first."""

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
    #: access · refresh · key (a person's api key) · client (an api client's secret) · code, reset and setup (good once) ·
    #: binding (of a visitors' token to a visitor) · seen (who was at a network address; no secret is its key)
    kind = UnicodeAttribute(attr_name="ki")
    account = UnicodeAttribute(attr_name="ac")
    level = UnicodeAttribute(attr_name="le")
    #: Label of the api client that it was issued for.
    client = UnicodeAttribute(default="", attr_name="cl")
    #: The public half that must be presented with the secret: an e-mail or an api key.
    name = UnicodeAttribute(null=True, attr_name="na")
    person = UnicodeAttribute(null=True, attr_name="pe")
    number = IntegerAttribute(null=True, attr_name="nu")
    expires_at = IntegerAttribute(null=True, attr_name="ex")
    #: For a code: the address that it was sent to.
    redirect_uri = UnicodeAttribute(null=True, attr_name="ru")
    #: Whether a visitors' token has spoken for somebody yet.
    is_bound = BooleanAttribute(default=False, attr_name="bo")
    #: The holder's token version when it was issued; for a revocation, the first version that stays good.
    token_version = IntegerAttribute(default=0, attr_name="tv")
    #: For a revocation: the first version of api keys that stays good, and the one token that stays good anyway.
    key_version = IntegerAttribute(default=0, attr_name="kv")
    exempt_token = UnicodeAttribute(null=True, attr_name="et")
    #: The label of the client whose secret it was issued for, and that secret's version.
    issuer = UnicodeAttribute(default="", attr_name="is")
    issuer_version = IntegerAttribute(default=0, attr_name="iv")
    #: For an account's revocation: by a client's label, the first version of its secret whose tokens stay good.
    clients: JSONAttribute = JSONAttribute(null=True, attr_name="cs")
    #: The login that it descends from; for a refresh token, when it was used (epoch milliseconds), and what made the next one.
    family = UnicodeAttribute(default="", attr_name="fa")
    used_at = IntegerAttribute(null=True, attr_name="ua")
    salt = UnicodeAttribute(null=True, attr_name="sa")
    #: For an api key: its account, when it was made (epoch milliseconds), and the first characters of the secret.
    keys_of = UnicodeAttribute(null=True, attr_name="ko")
    created_at = IntegerAttribute(null=True, attr_name="ca")
    begins = UnicodeAttribute(null=True, attr_name="be")

    by_account = ByAccount()


def get(digest: str) -> Token | None:
    """Returns the row of a digest, expired or not, read consistently. One request."""
    return Token.find(digest)


def get_many(keys: Collection[str]) -> dict[str, Token]:
    """Returns the rows under keys (digests, or `revocation_key`), expired or not, read consistently. One request for each
    hundred.
    """
    return {row.digest: row for row in Token.batch_get(sorted(keys), consistent_read=True)} if keys else {}


def revocation_key(account: str, person: str = "", family: str = "") -> str:
    """Returns the key of a revocation: of an account, a person, or one login."""
    return f"ended#{account}#{person}" + (f"#{family}" if family else "")


def revocation(account: str, person: str, generation: int, keys_generation: int, spared: str | None = None) -> Token:
    """Returns what ends a person's tokens (all of the account's if `person` is empty) of earlier token versions."""
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
    """Returns what ends the tokens issued for clients' earlier secrets: all clients' versions by label."""
    return Token(revocation_key(account), kind="ending", account=account, level="", clients=dict(generations))


def login_revocation(token: Token, until: int) -> Token:
    """Returns what ends everything that descends from a token's login. It must last until then (epoch seconds)."""
    key = revocation_key(token.account, token.person or "", token.family)
    return Token(key, kind="family", account=token.account, level="", expires_at=until)


def rotate(used: Token, salt: str, now: int, successors: Sequence[Token]) -> None:
    """Uses up a refresh token and stores its successors. One request. Raises ConditionFailed where it was used or has gone."""
    with transaction() as write:
        unused = Token.digest.exists() & Token.used_at.does_not_exist()
        write.update(used, [Token.used_at.set(now), Token.salt.set(salt)], unused)
        for row in successors:
            write.save(row)


def keys(account: str, limit: int) -> list[Token]:
    """Returns an account's api keys, oldest first, a moment old. One request."""
    return read_page(Token.by_account.query(account, limit=limit))[0]


def put(token: Token) -> None:
    """Stores a new token. A digest is of 256 random bits, so it can't be another token's."""
    token.save()


def put_key(token: Token, log: LogEntry) -> None:
    """Stores an api key with what is logged of it. One request."""
    with transaction() as write:
        write.save(token)
        event_logs.add(write, [log])


def delete_key(token: Token, log: LogEntry) -> None:
    """Deletes an api key, with what is logged of it. One request. Raises ConditionFailed where it has gone."""
    with transaction() as write:
        write.delete(token, condition=Token.digest.exists())
        event_logs.add(write, [log])


def put_all(tokens: Sequence[Token]) -> None:
    """Stores several tokens: one request."""
    with transaction() as write:
        for token in tokens:
            write.save(token)


def delete(digest: str) -> None:
    """Deletes a token. Harmless when repeated. One request."""
    Token(digest).delete()


def take(token: Token) -> None:
    """Deletes a token that works once. Raises ConditionFailed where another call came first."""
    with conditional():
        token.delete(Token.digest.exists())


def bind(token: str, binding: Token, *further: Token) -> None:
    """Stores that a token speaks for a person too, and further rows. Two requests. Raises ConditionFailed for no token."""
    with conditional():
        Token(token).update([Token.is_bound.set(True)], Token.digest.exists())
    put_all([binding, *further])
