"""Settings: what an account has set, key account · kind#id, each a JSON document with a version.

What every call needs is stored under the account itself; what only some calls need, under `account#kind`.
"""

from collections.abc import Sequence
from typing import Any

from pynamodb.attributes import JSONAttribute

from chalicelib import config
from chalicelib.models.attributes import UnicodeAttribute, VersionAttribute
from chalicelib.models.base import Table, conditional, read_page, transaction


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


def delete(setting: Setting) -> None:
    """Deletes a document at the version that was read. Raises ConditionFailed where it has changed since."""
    with conditional():
        setting.delete()


def create(setting: Setting, beside: Setting) -> None:
    """Writes a new document together with another one. Raises ConditionFailed where either has changed since it was read."""
    with transaction() as write:
        write.save(beside)
        write.save(setting)


def move(setting: Setting, name: str, document: dict[str, Any]) -> None:
    """Writes a document under another name, in place of the version that was read. Raises ConditionFailed where either has
    changed.
    """
    with transaction() as write:
        write.delete(setting)
        write.save(Setting(setting.account, name, document=document))


def put(setting: Setting, document: dict[str, Any]) -> None:
    """Writes a document over the version that was read. Raises ConditionFailed where it has changed since."""
    setting.document = document
    with conditional():
        setting.save()
