"""Contacts on pages: listed, found by words, and what both cost."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.context import ADMIN
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import (
    contact_identities,
    contact_lists,
    contact_words,
    contacts,
    identities,
    people,
    profiles,
    registration,
)
from chalicelib.desk.people.contact_identities import EMAIL, SSO_ID, USER_ID, Identity
from chalicelib.desk.people.contact_lists import Listing
from chalicelib.desk.people.contacts import Change
from chalicelib.desk.people.identities import ClaimedIdentity
from chalicelib.desk.people.profiles import ChangePerson
from chalicelib.models import people as rows
from chalicelib.models import unique_names
from chalicelib.rules import words
from tests.desk.people.found import add, found, stored_words, warm
from tests.world import World

_NAMES = ["Jane", "Jané", "JANET", "Doe", "Do", "Łukasz", "Anne-Marie", "O'Neil", "王小明", "x"]
_HOSTS = ["shop.test", "Shop.example", "mail.shop.test"]
_few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_name = st.lists(st.sampled_from(_NAMES), min_size=1, max_size=3).map(" ".join)
_email = st.tuples(st.sampled_from(["jane", "j.doe", "doe+news", "anna"]), st.sampled_from(_HOSTS)).map("@".join)
_queries = st.lists(
    st.sampled_from(["ja", "jan", "JANÉ", "doe", "d", "shop", "shop.t", "test", "jane@s", "luk", "mar", "anne-m", "王", "zz"]),
    min_size=1,
    max_size=3,
).map(" ".join)


# --- lists


def test_contacts_are_listed_newest_first_page_by_page(world: World) -> None:
    numbers = [add(world, f"Contact {at}").number for at in range(7)][::-1]
    assert found(world) == numbers
    walked: list[int] = []
    before = None
    for at in (1, 2, 3, 4):
        page = contact_lists.page(world.as_agent(), Listing(page=at, size=2, before=before))
        assert [person.number for person in page.contacts] == found(world, page=at, size=2)
        assert (page.total, page.is_exact) == (7, True)
        walked, before = walked + [person.number for person in page.contacts], page.next_before
        assert (before is None) is (at == 4)
    assert walked == numbers
    assert found(world, page=5, size=2) == []


def test_another_account_s_contacts_are_neither_listed_nor_found(world: World, other: World) -> None:
    add(other, "Jane")
    assert (found(world), found(world, "jane"), len(found(other, "jane"))) == ([], [], 1)


def test_a_page_past_the_ten_thousandth_contact_is_refused_by_number_and_not_by_place(world: World) -> None:
    with pytest.raises(Invalid):
        found(world, page=201)
    assert found(world, page=201, before=3) == []


def test_a_total_follows_at_once_while_it_is_small(world: World) -> None:
    for at in range(3):
        add(world, f"Contact {at}")
        page = contact_lists.page(world.as_agent(), Listing(size=1))
        assert (page.total, page.is_exact) == (at + 1, True)


def test_a_total_stops_where_counting_does(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_lists, "MOST_COUNTED", 2)
    for at in range(4):
        add(world, f"Contact {at}")
    page = contact_lists.page(world.as_agent(), Listing(size=1))
    assert (page.total, page.is_exact) == (2, False)


# --- search


@_few
@given(st.lists(st.tuples(_name, _name | st.none(), _email | st.none()), max_size=6), st.lists(_queries, min_size=1, max_size=4))
def test_a_search_finds_what_looking_at_each_contact_finds(
    world: World, known: list[tuple[str, str | None, str | None]], queries: list[str]
) -> None:
    made = []
    for name, alias, email in known:
        taken = email and unique_names.find(world.account, "email", email.lower())
        made.append(add(world, name, None if taken else email, alias=alias))
    for query in queries:
        asked = words.asked_for(query)
        texts = {one.number: [one.name, one.alias or "", one.email if contact_words.has_address(one) else ""] for one in made}
        expected = {number for number, names in texts.items() if words.matches(asked, words.found_by(names))}
        assert set(found(world, query)) == expected
    for person in made:
        contacts.remove(world.as_agent(), person.number)
    assert found(world) == []


def test_an_identity_finds_its_contact_and_so_does_each_part_of_an_address(world: World) -> None:
    ids = [Identity(USER_ID, "Customer-77"), Identity(SSO_ID, "sso|99"), Identity(EMAIL, "second@other.test")]
    jane = add(world, "Jane Doe", "jane.d@shop.test", identities=ids, alias="Jenny")
    for text in ("customer-77", "77", "sso|9", "second", "other.test", "jane.d@shop.test", "SHOP", "d", "jen", " Doe, jane "):
        assert found(world, text) == [jane.number], text
    for text in ("ane", "jane x", "!!!", "customer-78"):
        assert found(world, text) == [], text


def test_pages_of_a_search_follow_each_other(world: World) -> None:
    numbers = [add(world, f"Jane {at}").number for at in range(5)][::-1]
    add(world, "Somebody")
    page = contact_lists.page(world.as_agent(), Listing("jane", size=2))
    assert ([one.number for one in page.contacts], page.total, page.next_before) == (numbers[:2], 5, numbers[1])
    assert found(world, "jane", size=2, before=numbers[1]) == found(world, "jane", size=2, page=2) == numbers[2:4]
    assert found(world, "jane", size=2, page=3) == numbers[4:]


def test_a_search_says_when_it_has_not_seen_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_lists, "MOST_FOUND", 3)
    for at in range(5):
        add(world, f"Jane {at}")
    page = contact_lists.page(world.as_agent(), Listing("jane"))
    assert (len(page.contacts), page.is_exact) == (3, False)
    with pytest.raises(Invalid):
        found(world, " ".join(f"w{at}" for at in range(contact_lists.MOST_WORDS + 1)))


# --- visitors


def test_a_visitor_is_listed_once_something_is_known_of_them(world: World) -> None:
    visitor = world.visitor()
    assert (found(world), found(world, "unknown")) == ([], [])
    row = people.get(world.as_agent(), visitor.id)
    assert row.contacts_of is None and row.words_version is None and not stored_words(world, row)
    profiles.change(world.ctx(ADMIN), visitor.id, ChangePerson(name="Jane Doe"))
    assert found(world, "jane") == found(world) == [row.number]


def test_a_page_s_claims_and_believed_identities_are_found(world: World) -> None:
    visitor = world.visitor()
    claimed = ClaimedIdentity(user_id="u-1", email="jane@shop.test", name="Jane")
    person = identities.identify(world.as_visitor(visitor.id), claimed, "a trace")
    named = registration.get_or_create_contact(world.as_agent(), "known@shop.test", None, None)
    assert found(world, "u-1") == found(world, "jane@shop.test") == [person.number]
    assert found(world, "shop") == [named.number, person.number]
    assert contact_identities.of(rows.get(world.account, person.id) or person) == [
        Identity(EMAIL, "jane@shop.test"),
        Identity(USER_ID, "u-1"),
    ]


# --- changes


@_few
@given(
    st.lists(
        st.fixed_dictionaries(
            {}, optional={"name": _name, "alias": _name | st.just(""), "email": _email | st.none(), "tags": st.just(["vip"])}
        ),
        max_size=5,
    )
)
def test_after_any_changes_exactly_its_words_find_a_contact(world: World, changes: list[dict[str, Any]]) -> None:
    person = add(world, "First Name", "first@name.test")
    for each in changes:
        person = contacts.change(world.as_agent(), person.number, Change(**each))
        stored = rows.get(world.account, person.id)
        assert stored is not None
        assert stored_words(world, person) == contact_words.words_of(stored) == contact_words.words_of(person)
    claims = [unique_names.find(world.account, kind, value) for kind, value in contact_identities.of(person)]
    assert [claim.id for claim in claims if claim] == [person.id] * len(claims)
    contacts.remove(world.as_agent(), person.number)
    assert stored_words(world, person) == set()


# --- costs


def test_a_page_is_a_query_and_a_batch_and_a_search_a_query_for_each_word(world: World) -> None:
    for at in range(3):
        add(world, f"Jane van Doe {at}")
    assert warm(lambda: found(world)) == ["Query", "BatchGetItem"]
    assert warm(lambda: found(world, size=2)) == ["Query", "Query", "BatchGetItem"]
    assert warm(lambda: found(world, "jane van doe")) == ["Query"] * 3 + ["BatchGetItem"]


def test_a_large_total_is_counted_once_a_minute(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_lists, "_COUNTED_ANEW", 1)
    for at in range(3):
        add(world, f"Jane {at}")
    assert warm(lambda: found(world, size=2)) == ["Query", "BatchGetItem"]
