"""Settings: what an account has set, key account · kind#id, each a JSON document with a version.

What every call needs is stored under the account itself; what only some calls need, under `account#kind`. Each write stores what
is logged of it (event_logs.py) in the same transaction.
"""

from collections.abc import Sequence
from typing import Any

from pynamodb.attributes import JSONAttribute

from chalicelib import config
from chalicelib.models import event_logs
from chalicelib.models.attributes import UnicodeAttribute, VersionAttribute
from chalicelib.models.base import Table, conditional, read_page, transaction
from chalicelib.models.event_logs import LogEntry


class Setting(Table):
    """One document."""

    class Meta:
        table_name = config.table("settings")

    account = UnicodeAttribute(hash_key=True, attr_name="ac")
    name = UnicodeAttribute(range_key=True, attr_name="na")
    version = VersionAttribute(attr_name="v")
    document: JSONAttribute = JSONAttribute(attr_name="do")


def load(account: str) -> dict[str, Setting]:
    """Returns all of an account's settings by name, read consistently. One request for each MB."""
    return {row.name: row for row in read_page(Setting.query(account, consistent_read=True))[0]}


def get_many(accounts: Sequence[str], name: str) -> dict[str, Setting]:
    """Returns one document of each account (a hundred at most), by account. One request."""
    return {row.account: row for row in Setting.batch_get([(account, name) for account in accounts], consistent_read=True)}


def get(account: str, name: str) -> Setting | None:
    """Returns one document, read consistently. One request."""
    return Setting.find(account, name)


def delete(setting: Setting, log: Sequence[LogEntry]) -> None:
    """Deletes a document at the version that was read. Raises ConditionFailed where it has changed since."""
    with transaction() as write:
        write.delete(setting)
        event_logs.add(write, log)


def create(setting: Setting, beside: Setting, log: Sequence[LogEntry]) -> None:
    """Writes a new document together with another one. Raises ConditionFailed where either has changed since it was read."""
    with transaction() as write:
        write.save(beside)
        write.save(setting)
        event_logs.add(write, log)


def move(setting: Setting, name: str, document: dict[str, Any], log: Sequence[LogEntry]) -> None:
    """Writes a document under another name, in place of the version that was read. Raises ConditionFailed where either has
    changed.
    """
    with transaction() as write:
        write.delete(setting)
        write.save(Setting(setting.account, name, document=document))
        event_logs.add(write, log)


def put(setting: Setting, document: dict[str, Any], log: Sequence[LogEntry]) -> None:
    """Writes a document over the version that was read. Raises ConditionFailed where it has changed since."""
    setting.document = document
    if not log:
        with conditional():
            setting.save()
        return
    with transaction() as write:
        write.save(setting)
        event_logs.add(write, log)
