"""Contact words: a row for each word that a contact is found by, so that a word's beginning finds them in one Query.

Key account#first character · word#person uuid. The rows are written in the transaction that writes the contact.
"""

from collections.abc import Iterable
from typing import NamedTuple

from pynamodb.transactions import TransactWrite

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table, read_page


class ContactWord(Table):
    """A word of a contact, with the contact's integer id."""

    class Meta:
        table_name = config.table("contact-words")

    key = UnicodeAttribute(hash_key=True, attr_name="k")
    word = UnicodeAttribute(range_key=True, attr_name="wo")
    number = IntegerAttribute(attr_name="nu")


class Found(NamedTuple):
    """Contacts by number, and whether these are all that there are."""

    ids: dict[int, str]
    is_all: bool


def row(account: str, person: str, number: int, word: str) -> ContactWord:
    """Returns the row of one of a contact's words."""
    return ContactWord(f"{account}#{word[0]}", f"{word}#{person}", number=number)


def put(write: TransactWrite, account: str, person: str, number: int, words: Iterable[str]) -> None:
    """Adds to a transaction: these words find the contact."""
    for word in words:
        write.save(row(account, person, number, word))


def delete(write: TransactWrite, account: str, person: str, number: int, words: Iterable[str]) -> None:
    """Adds to a transaction: these words find the contact no more."""
    for word in words:
        write.delete(row(account, person, number, word))


def find(account: str, beginning: str, most: int) -> Found:
    """Returns the contacts with a word that begins so, a moment old, from `most` rows at most. One request for each MB."""
    found = ContactWord.query(f"{account}#{beginning[0]}", ContactWord.word.startswith(beginning), limit=most)
    rows, further = read_page(found)
    return Found({one.number: one.word.rpartition("#")[2] for one in rows}, further is None)
