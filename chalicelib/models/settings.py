"""Settings: what an account has set, key account · kind#id, each a JSON document with a version."""

from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute, VersionAttribute

from chalicelib import config
from chalicelib.models.base import Table, conditional, page


class Setting(Table):
    """One document."""

    class Meta:
        table_name = config.table("settings")

    account = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute(range_key=True)
    version = VersionAttribute()
    document: JSONAttribute = JSONAttribute()


def load(account: str) -> dict[str, Setting]:
    """All of an account's settings by name, read consistently: one request for each MB of them."""
    return {row.name: row for row in page(Setting.query(account, consistent_read=True))[0]}


def put(setting: Setting, document: dict[str, Any]) -> None:
    """Writes a document over the version that was read; raises Refused where it has been changed since."""
    setting.document = document
    with conditional():
        setting.save()
