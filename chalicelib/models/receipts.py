"""Receipts: what a device has acknowledged of a conversation. Key account#device · conversation.

All messages up to `upto`, and those in `beyond`: an acknowledgement is one write without a read, and may come twice or out of
order. Reading what is left moves `upto` on, so that `beyond` stays small.
"""

from collections.abc import Collection
from typing import Any

from pynamodb.attributes import NumberSetAttribute
from pynamodb.expressions.update import Action

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table, conditional, read_page

_KEPT_SECONDS = 90 * 86400


class Receipt(Table):
    """`upto` and `beyond` are sequence numbers of messages; `expires_at` is epoch seconds."""

    class Meta:
        table_name = config.table("receipts")

    device_key = UnicodeAttribute(hash_key=True, attr_name="dk")
    conversation = UnicodeAttribute(range_key=True, attr_name="co")
    upto = IntegerAttribute(default=0, attr_name="up")
    beyond: Any = NumberSetAttribute(null=True, attr_name="be")
    expires_at = IntegerAttribute(null=True, attr_name="ex")

    @property
    def acknowledged(self) -> set[int]:
        """Sequence numbers past `upto` that have been acknowledged."""
        return {int(number) for number in self.beyond or ()}


def key(account: str, device: str) -> str:
    """Returns the hash key of a device's receipts."""
    return f"{account}#{device}"


def acknowledge(account: str, device: str, conversation: str, numbers: Collection[int], now: int) -> Receipt:
    """Notes what a device has received of a conversation, and returns its receipt. One request. `now` is epoch milliseconds."""
    row = Receipt(key(account, device), conversation)
    row.update([Receipt.beyond.add(set(numbers)), _expiry(now)])
    return row


def of_device(account: str, device: str, limit: int = 1000) -> dict[str, Receipt]:
    """Returns all of a device's receipts by conversation. One request."""
    rows = Receipt.query(key(account, device), consistent_read=True, limit=limit)
    return {row.conversation: row for row in read_page(rows)[0]}


def move_on(account: str, device: str, conversation: str, upto: int, settled: Collection[int], now: int) -> None:
    """Notes that all up to `upto` is done and `settled` need not be kept. Raises ConditionFailed where it is further on."""
    actions: list[Action] = [Receipt.upto.set(upto), _expiry(now)]
    if settled:
        actions.append(Receipt.beyond.delete(set(settled)))
    with conditional():
        Receipt(key(account, device), conversation).update(actions, Receipt.upto.does_not_exist() | (Receipt.upto <= upto))


def _expiry(now: int) -> Action:
    return Receipt.expires_at.set(now // 1000 + _KEPT_SECONDS)
