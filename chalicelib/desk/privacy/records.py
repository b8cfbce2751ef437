"""Records: how far the export, or the erasure, of a contact has got. One row for each, a document of the account's settings."""

from typing import Any, Generic, TypeVar

import msgspec

from chalicelib.context import Context
from chalicelib.models import settings
from chalicelib.models.base import ConditionFailed
from chalicelib.models.settings import Setting

T = TypeVar("T")
#: The partition of all records of an account.
PARTITION = "privacy"


class Records(Generic[T]):
    """The records of one kind, by a contact's integer id. A write is on condition of what was read."""

    def __init__(self, kind: str, type_: type[T]) -> None:
        self._kind, self._type = kind, type_

    def find(self, ctx: Context, number: int) -> tuple[Setting, T] | None:
        """Returns the row of a contact's record and what it says, None for none. One request."""
        row = settings.get(*self._key(ctx, number))
        return (row, msgspec.convert(row.document, self._type)) if row else None

    def new(self, ctx: Context, number: int, value: T) -> Setting:
        """Returns the row of a first record, to be stored by the caller."""
        return Setting(*self._key(ctx, number), document=msgspec.to_builtins(value))

    def put(self, row: Setting, value: T) -> None:
        """Stores a record in the place of the one that was read. One request. Raises ConditionFailed where that has changed."""
        document: dict[str, Any] = msgspec.to_builtins(value)
        settings.put(row, document, ())

    def keep_on(self, row: Setting, value: T) -> bool:
        """Stores the same. Returns False where somebody else goes on with it."""
        try:
            self.put(row, value)
        except ConditionFailed:
            return False
        return True

    def remove(self, ctx: Context, number: int) -> None:
        """Removes a record, if there is one. Two requests."""
        if found := self.find(ctx, number):
            settings.delete(found[0], ())

    def _key(self, ctx: Context, number: int) -> tuple[str, str]:
        return f"{ctx.account}#{PARTITION}", f"{self._kind}#{number:012d}"
