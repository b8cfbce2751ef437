"""Repeats: the first answer to a request that its client may send again, one row for each key that a client has chosen.

Key: account · person · digest of the client's key. `expires_at` (epoch seconds) is the table's TTL. A row without a status is a
claim: the request is being served, or its process has ended before it could answer.
"""

from typing import Any

from pynamodb.attributes import BinaryAttribute, JSONAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import KeysOnlyProjection

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import ConditionFailed, Table, conditional, read_page
from chalicelib.models.indexes import GlobalIndex


class ByAccount(GlobalIndex["Repeat"]):
    """The rows of an account by when they were claimed. Keys alone."""

    class Meta:
        index_name = "by_account"
        projection = KeysOnlyProjection()

    account = UnicodeAttribute(hash_key=True)
    claimed_at = IntegerAttribute(range_key=True)


class Repeat(Table):
    """A claim, or an answer. `claimed_at` is epoch milliseconds, `claim` who serves it, `fingerprint` what was asked for."""

    class Meta:
        table_name = config.table("repeats")

    key = UnicodeAttribute(hash_key=True, attr_name="k")
    account = UnicodeAttribute(null=True, attr_name="ac")
    fingerprint = UnicodeAttribute(attr_name="fi")
    claim = UnicodeAttribute(attr_name="cl")
    claimed_at = IntegerAttribute(attr_name="ca")
    expires_at = IntegerAttribute(attr_name="ex")
    status = IntegerAttribute(null=True, attr_name="st")
    headers: JSONAttribute = JSONAttribute(null=True, attr_name="he")
    body = BinaryAttribute(null=True, legacy_encoding=False, attr_name="bo")

    by_account = ByAccount()


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


def page(account: str, after: tuple[str, int] | None, limit: int) -> tuple[list[Repeat], tuple[str, int] | None]:
    """Returns rows of an account with their answers, and where to go on (key and time), None at the end. One request for the
    keys, and one for each hundred. The keys are a moment old.
    """
    start = Repeat.raw(key=after[0], claimed_at=after[1], account=account) if after else None
    keys, last = read_page(Repeat.by_account.query(account, limit=limit, last_evaluated_key=start))
    rows = list(Repeat.batch_get([one.key for one in keys], consistent_read=True)) if keys else []
    return rows, (keys[-1].key, keys[-1].claimed_at) if last and keys else None


def forget_answer(row: Repeat) -> bool:
    """Drops what was answered, so that the request is not served again, nor its answer given. One request. Returns False where
    the row has changed since it was read.
    """
    try:
        with conditional():
            row.update([Repeat.body.remove(), Repeat.headers.set({})], Repeat.claim == row.claim)
    except ConditionFailed:
        return False
    return True
