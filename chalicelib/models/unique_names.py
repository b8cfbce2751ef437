"""Unique names: another name of a thing, unique within a scope: number, trace, login e-mail, device, pair.

One hash key `scope#kind#name`. A name is written in the transaction that creates its thing and never changes, so numbers may be
cached for good. A pair's name goes when others join it.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from pynamodb.attributes import ListAttribute
from pynamodb.expressions.condition import Condition

from chalicelib import config
from chalicelib.models.attributes import UnicodeAttribute
from chalicelib.models.base import ConditionFailed, Table, conditional

#: Scope of names that are looked up before the account is known.
EVERYWHERE = "*"
#: Kind of names by which files that are imported know people and conversations.
IMPORT = "import"


class UniqueName(Table):
    """A name and the uuid that it stands for."""

    class Meta:
        table_name = config.table("unique-names")

    key = UnicodeAttribute(hash_key=True, attr_name="k")
    account = UnicodeAttribute(attr_name="ac")
    id = UnicodeAttribute(attr_name="id")
    #: For a login: the few accounts that its person owns besides the one they log in to.
    accounts: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True, attr_name="as")
    #: For an external id (IMPORT): a digest of its line when it was imported last (core.lines.digest).
    digest = UnicodeAttribute(null=True, attr_name="dg")


def _key(scope: str, kind: str, name: str) -> str:
    return f"{scope}#{kind}#{name}"


def new_name(account: str, kind: str, name: str, id_: str, scope: str | None = None) -> UniqueName:
    """Returns a name, to be written together with what it names."""
    return UniqueName(_key(scope or account, kind, name), account=account, id=id_)


def external_name(kind: str, external: str) -> str:
    """Returns what the name (IMPORT) of a person or a conversation under the id of another system is called."""
    return f"{kind} {external}"


def find(scope: str, kind: str, name: str) -> UniqueName | None:
    """Returns the row of a name, read consistently. One request."""
    return UniqueName.find(_key(scope, kind, name))


def is_unchanged(row: UniqueName) -> Condition:
    """Returns the condition that a name still stands for what it did when `row` was read."""
    return UniqueName.id == row.id


def put(row: UniqueName) -> None:
    """Stores a name by itself. Raises ConditionFailed where it is taken."""
    with conditional():
        row.save(UniqueName.key.does_not_exist())


def take_over(held: UniqueName, claim: UniqueName) -> None:
    """Stores a claim of the same name in the place of another one. One request. Raises ConditionFailed where that has changed."""
    with conditional():
        claim.save(is_unchanged(held))


def release(claim: UniqueName) -> None:
    """Removes a name if it still stands for the same thing. One request."""
    with suppress(ConditionFailed), conditional():
        claim.delete(is_unchanged(claim))


def set_digest(row: UniqueName, digest: str) -> None:
    """Notes what the line of an external id says now. One request. Raises ConditionFailed where it stands for nothing."""
    with conditional():
        row.update([UniqueName.digest.set(digest)], is_unchanged(row))


def find_rows(scope: str, kind: str, names: Iterable[str]) -> dict[str, UniqueName]:
    """Returns the rows of names that there are, by name, read consistently. One request for each hundred, none for none."""
    keys = {_key(scope, kind, name): name for name in names}
    return {keys[row.key]: row for row in UniqueName.batch_get([*keys], consistent_read=True)} if keys else {}


def find_many(account: str, kind: str, numbers: Sequence[int]) -> dict[int, str]:
    """Returns the uuids behind integer ids, those that exist. One request for each hundred."""
    return {int(name): row.id for name, row in find_rows(account, kind, map(str, numbers)).items()}


@lru_cache(maxsize=10_000)
def _numbered(account: str, kind: str, number: int) -> str:
    name = find(account, kind, str(number))
    if name is None:
        raise KeyError(number)
    return name.id


def id_by_number(account: str, kind: str, number: int) -> str | None:
    """Returns the uuid behind an integer id. One request the first time, none after."""
    try:
        return _numbered(account, kind, number)
    except KeyError:
        return None
