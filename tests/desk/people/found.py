"""Contacts of a test: added, found on a page, and the words under which they are stored."""

from collections.abc import Callable
from typing import Any

from chalicelib.desk.people import contact_lists, contacts
from chalicelib.desk.people.contact_lists import Listing
from chalicelib.desk.people.contacts import Change
from chalicelib.desk.people.people import Person
from chalicelib.models.contact_words import ContactWord
from tests.lambdas import counted
from tests.world import World


def add(world: World, name: str, email: str | None = None, **more: Any) -> Person:
    """A new contact."""
    return contacts.create(world.as_agent(), Change(name, email, **more))


def found(world: World, keywords: str = "", **more: Any) -> list[int]:
    """Numbers of a page."""
    page = contact_lists.page(world.as_agent(), Listing(keywords, **more))
    return [person.number for person in page.contacts]


def stored_words(world: World, person: Person) -> set[str]:
    """The words under which a contact is stored."""
    stored = [row for row in ContactWord.scan() if row.key.startswith(world.account)]
    assert all(row.key == f"{world.account}#{row.word[0]}" for row in stored)
    return {row.word.partition("#")[0] for row in stored if row.number == person.number}


def warm(act: Callable[[], object]) -> list[str]:
    """Requests of an act that was done just before."""
    act()
    with counted() as sent:
        act()
    return sent
