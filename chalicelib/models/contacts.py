"""Contacts: lists of them, and writes that also change their unique names and the words that find them."""

from typing import Any

import msgspec
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib.models import contact_words, counting
from chalicelib.models.base import read_page, transaction
from chalicelib.models.people import Person, actions, add_removal, words_as_read
from chalicelib.models.stamps import Stamp
from chalicelib.models.tokens import Token
from chalicelib.models.unique_names import UniqueName


class Renaming(msgspec.Struct, frozen=True):
    """What changes in how a contact is found: words, and unique names."""

    words: frozenset[str] = frozenset()
    words_gone: frozenset[str] = frozenset()
    claims: tuple[UniqueName, ...] = ()
    freed: tuple[UniqueName, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not (self.words or self.words_gone or self.claims or self.freed)


def list_page(account: str, before: int | None, limit: int) -> tuple[list[tuple[int, str]], bool]:
    """Returns number and uuid of contacts, newest first, below the number `before`, and whether there are more.

    A moment old. One request for each MB, which has about 7,000.
    """
    older = None if before is None else Person.number < before
    keys, _ = read_page(Person.by_contacts.query(account, older, scan_index_forward=False, limit=limit + 1))
    return [(row.number, row.id) for row in keys[:limit]], len(keys) > limit


def count(account: str, most: int) -> int:
    """Returns how many contacts lists show, up to `most`: a request for each MB of keys."""
    found = counting.counts(Person, Person.by_contacts.Meta.index_name, account, limit=most)
    return counting.total(found, most)


def change(person: Person, changes: dict[str, Any], stamp: Stamp, renaming: Renaming) -> None:
    """Changes a contact and how they are found. One request.

    Raises ConditionFailed where they were removed or renamed since they were read, or a name is taken.
    """
    with transaction() as write:
        _rename(write, person, renaming)
        written = {**changes, "words_version": (person.words_version or 0) + 1}
        write.update(person, actions(written, stamp), Person.removed_at.does_not_exist() & words_as_read(person))
        for name in renaming.claims:
            write.save(name, condition=UniqueName.key.does_not_exist())


def _rename(write: TransactWrite, person: Person, renaming: Renaming) -> None:
    contact_words.put(write, person.account, person.id, person.number, renaming.words)
    contact_words.delete(write, person.account, person.id, person.number, renaming.words_gone)
    for name in renaming.freed:
        write.delete(name, condition=_is_own(person))


def _is_own(person: Person) -> Condition:
    is_own: Condition = UniqueName.key.does_not_exist() | (UniqueName.id == person.id)
    return is_own


def merge(
    target: Person, source: Person, changes: dict[str, Any], stamp: Stamp, renaming: Renaming, left: Renaming, ending: Token
) -> None:
    """Changes a contact, and removes another one who is merged into them. One request.

    The claims of `renaming` may be the other's names until now. `left` is what does not find the other any more, `ending` what
    ends their tokens. Raises ConditionFailed where either has changed since they were read, or a name is somebody else's.
    """
    with transaction() as write:
        _rename(write, target, renaming)
        written = {**changes, "words_version": (target.words_version or 0) + 1}
        write.update(target, actions(written, stamp), Person.removed_at.does_not_exist() & words_as_read(target))
        add_removal(write, source, {"merged_into": target.number}, stamp, left.words_gone)
        for name in renaming.claims:
            write.save(name, condition=_is_own(source))
        for name in left.freed:
            write.delete(name, condition=_is_own(source))
        write.save(ending)
