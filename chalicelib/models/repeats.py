"""Repeats: the first answer to a request that its client may send again, one row for each key that a client has chosen.

Key: account · person · digest of the client's key. `expires_at` (epoch seconds) is the table's TTL. A row without a status is a
claim: the request is being served, or its process has ended before it could answer.
"""

from typing import Any

from pynamodb.attributes import BinaryAttribute, JSONAttribute
from pynamodb.expressions.update import Action

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table, conditional


class Repeat(Table):
    """A claim, or an answer. `claimed_at` is epoch milliseconds, `claim` who serves it, `fingerprint` what was asked for."""

    class Meta:
        table_name = config.table("repeats")

    key = UnicodeAttribute(hash_key=True, attr_name="k")
    fingerprint = UnicodeAttribute(attr_name="fi")
    claim = UnicodeAttribute(attr_name="cl")
    claimed_at = IntegerAttribute(attr_name="ca")
    expires_at = IntegerAttribute(attr_name="ex")
    status = IntegerAttribute(null=True, attr_name="st")
    headers: JSONAttribute = JSONAttribute(null=True, attr_name="he")
    body = BinaryAttribute(null=True, legacy_encoding=False, attr_name="bo")


def find(key: str) -> Repeat | None:
    """Returns the row of a key, read consistently, also one that has expired. One request."""
    return Repeat.find(key)


def claim(row: Repeat, second: int, abandoned_before: int) -> None:
    """Stores a claim where there is no row, one that has expired, or a claim of the same request from before
    `abandoned_before` (epoch milliseconds). One request. Raises ConditionFailed for any other row.
    """
    abandoned = Repeat.status.does_not_exist() & (Repeat.claimed_at <= abandoned_before)
    free = Repeat.key.does_not_exist() | (Repeat.expires_at <= second)
    with conditional():
        row.save(free | (abandoned & (Repeat.fingerprint == row.fingerprint)))


def answer(row: Repeat, status: int, headers: dict[str, Any], body: bytes | None) -> None:
    """Stores the answer to a claimed request. One request. Raises ConditionFailed where another process has claimed it since."""
    actions: list[Action] = [Repeat.status.set(status), Repeat.headers.set(headers)]
    actions += [] if body is None else [Repeat.body.set(body)]
    with conditional():
        row.update(actions, Repeat.claim == row.claim)


def release(row: Repeat) -> None:
    """Deletes a claim. One request. Raises ConditionFailed where another process has claimed it since."""
    with conditional():
        row.delete(Repeat.claim == row.claim)
