"""Contacts: kept by agents, merged and removed; and what that costs."""

import json
from typing import Any

import pytest

from chalicelib.context import ADMIN, AGENT
from chalicelib.desk.core import cache
from chalicelib.desk.core.errors import Exists, Invalid, Missing, NotFound
from chalicelib.desk.people import (
    agents,
    contact_identities,
    contact_merging,
    contact_words,
    contacts,
    identities,
    people,
    registration,
)
from chalicelib.desk.people.contact_identities import EMAIL, SSO_ID, USER_ID, Identity
from chalicelib.desk.people.contacts import Change
from chalicelib.desk.people.identities import ClaimedIdentity
from chalicelib.models import people as rows
from chalicelib.models import unique_names
from chalicelib.models.base import ConditionFailed
from chalicelib.rules import words
from tests.desk.people.found import add, found, stored_words
from tests.lambdas import counted
from tests.world import World

# --- changes


def test_of_two_who_rename_a_contact_the_second_reads_again(world: World) -> None:
    person = add(world, "Jane")
    stale = rows.get(world.account, person.id)
    assert stale is not None
    contacts.change(world.as_agent(), person.number, Change(name="Joan"))
    with pytest.raises(ConditionFailed):
        contact_words.change(stale, {"name": "June"}, world.as_agent().stamp)
    contact_words.record(world.as_agent(), stale, {"name": "June"})
    assert stored_words(world, person) == {"june"}


def test_what_is_noted_is_kept_and_cleared(world: World) -> None:
    given_: dict[str, Any] = {name: f"some {name}" for name in contacts.LONGEST if name not in ("name", "mobile")}
    person = add(world, "Jane", mobile="+49", tags=["b", "a", "b", " "], **given_)
    kept = contacts.get(world.as_agent(), person.number)
    assert {name: getattr(kept, name) for name in given_} == given_ and kept.tags == ["b", "a"]
    cleared: dict[str, Any] = dict.fromkeys([*given_, "tags"])
    contacts.change(world.as_agent(), person.number, Change(**cleared))
    kept = contacts.get(world.as_agent(), person.number)
    assert {getattr(kept, name) for name in [*given_, "tags"]} == {None} and kept.mobile == "+49"


@pytest.mark.parametrize("name", contacts.LONGEST)
def test_a_text_that_is_too_long_is_refused_by_name(world: World, name: str) -> None:
    given_: dict[str, Any] = {"name": "Jane", name: "x" * (contacts.LONGEST[name] + 1)}
    with pytest.raises(Invalid) as refused:
        contacts.create(world.as_agent(), Change(**given_))
    assert refused.value.field == name


def test_a_contact_has_a_name_or_an_identity(world: World) -> None:
    for nobody in (Change(), Change(email=""), Change(identities=[])):
        with pytest.raises(Missing):
            contacts.create(world.as_agent(), nobody)
    assert contacts.create(world.as_agent(), Change(email="Jane@Shop.test")).name == "jane"
    assert contacts.create(world.as_agent(), Change(identities=[Identity(SSO_ID, "s 1")])).name == "s 1"


def test_an_identity_is_one_contact_s_and_free_again_when_it_is_given_up(world: World) -> None:
    ids = [Identity(EMAIL, "other@shop.test"), Identity(USER_ID, "1"), Identity(SSO_ID, "2")]
    jane = add(world, "Jane", "jane@shop.test", identities=ids)
    ben = add(world, "Ben")
    for taken in (Identity(EMAIL, "jane@shop.test"), *ids):
        for act in (
            lambda one: add(world, "Else", identities=[one]),
            lambda one: contacts.change(world.as_agent(), ben.number, Change(identities=[one])),
        ):
            with pytest.raises(Exists) as refused:
                act(taken)
            assert (refused.value.kind, refused.value.id) == taken
    contacts.change(world.as_agent(), jane.number, Change(identities=[]))
    assert contact_identities.of(contacts.get(world.as_agent(), jane.number)) == []
    contacts.change(world.as_agent(), ben.number, Change(identities=ids))
    assert contact_identities.of(contacts.get(world.as_agent(), ben.number)) == ids


def test_another_address_takes_the_place_of_the_first_one(world: World) -> None:
    jane = add(world, "Jane", "jane@shop.test", identities=[Identity(EMAIL, "second@shop.test")])
    changed = contacts.change(world.as_agent(), jane.number, Change(email="new@shop.test"))
    assert [one.value for one in contact_identities.of(changed)] == ["new@shop.test", "second@shop.test"]
    assert registration.is_free(world.as_agent(), "jane@shop.test")
    changed = contacts.change(world.as_agent(), jane.number, Change(email=None))
    assert [one.value for one in contact_identities.of(changed)] == ["second@shop.test"]


def test_an_agent_s_address_is_no_contact_s(world: World) -> None:
    with pytest.raises(Exists):
        add(world, "Ada", world.agents[0].email)
    with pytest.raises(NotFound):
        contacts.get(world.as_agent(), world.agents[0].number)


def test_what_a_page_claims_stays_a_claim_when_an_agent_notes_something(world: World) -> None:
    visitor = world.visitor()
    person = identities.identify(world.as_visitor(visitor.id), ClaimedIdentity(email="jane@shop.test"), "a trace")
    own = contact_identities.of(person)
    changed = contacts.change(world.as_agent(), person.number, Change(alias="J", identities=own))
    assert not changed.email_is_verified and registration.is_free(world.as_agent(), "jane@shop.test")
    changed = contacts.change(world.as_agent(), person.number, Change(email="really@shop.test"))
    assert changed.email_is_verified and not registration.is_free(world.as_agent(), "really@shop.test")


# --- removal


def test_a_removed_contact_is_not_listed_but_can_be_read_and_nobody_can_change_them(world: World) -> None:
    jane = add(world, "Jane", "jane@shop.test")
    assert contacts.remove(world.as_agent(), jane.number).removed_at == world.now
    assert contacts.remove(world.as_agent(), jane.number).removed_at == world.now
    assert (found(world), found(world, "jane")) == ([], [])
    assert contacts.get(world.as_agent(), jane.number).removed_at == world.now
    with pytest.raises(NotFound):
        contacts.change(world.as_agent(), jane.number, Change(name="Joan"))
    assert add(world, "Jane again", "jane@shop.test").number != jane.number


def test_a_contact_that_another_dialect_removes_is_not_found_any_more(world: World) -> None:
    jane = add(world, "Jane")
    agents.remove(world.ctx(ADMIN), jane.id)
    assert (found(world), found(world, "jane"), stored_words(world, jane)) == ([], [], set())


# --- merging


def test_the_merged_contact_s_identities_move_and_the_other_is_removed(world: World) -> None:
    jane = add(world, "Jane", "jane@shop.test", identities=[Identity(USER_ID, "1")])
    other_ids = [Identity(EMAIL, "second@work.test"), Identity(USER_ID, "2"), Identity(SSO_ID, "s")]
    double = add(world, "Jane Double", "double@work.test", identities=other_ids)
    merged = contact_merging.merge(world.as_agent(), jane.number, double.number)
    kept, gone = contacts.get(world.as_agent(), jane.number), contacts.get(world.as_agent(), double.number)
    values = ["jane@shop.test", "1", "double@work.test", "second@work.test", "2", "s"]
    assert [one.value for one in contact_identities.of(kept)] == [one.value for one in contact_identities.of(merged)]
    assert sorted(one.value for one in contact_identities.of(kept)) == sorted(values)
    assert (gone.removed_at, gone.merged_into) == (world.now, jane.number)
    assert found(world) == found(world, "double@work.test") == found(world, "work") == [jane.number]
    assert stored_words(world, gone) == set() and stored_words(world, kept) == contact_words.words_of(kept)
    for kind, value in contact_identities.of(kept):
        claim = unique_names.find(world.account, kind, value)
        assert claim and claim.id == jane.id
    contacts.remove(world.as_agent(), jane.number)
    assert registration.is_free(world.as_agent(), "double@work.test")


def test_nobody_is_merged_into_themselves_a_removed_one_or_with_too_many_identities(world: World) -> None:
    jane, gone = add(world, "Jane"), add(world, "Gone")
    contacts.remove(world.as_agent(), gone.number)
    with pytest.raises(Invalid):
        contact_merging.merge(world.as_agent(), jane.number, jane.number)
    for pair in ((jane.number, gone.number), (gone.number, jane.number), (jane.number, 10**6)):
        with pytest.raises(NotFound):
            contact_merging.merge(world.as_agent(), *pair)
    full = [add(world, "x", identities=[Identity(SSO_ID, f"{at}{one}") for one in range(9)]).number for at in "ab"]
    with pytest.raises(Invalid):
        contact_merging.merge(world.as_agent(), *full)
    assert len(found(world)) == 3


# --- costs


def test_what_is_noted_costs_an_update_and_a_new_name_a_transaction(world: World) -> None:
    number = add(world, "Jane", "jane@shop.test").number
    contacts.get(world.as_agent(), number)
    for change, write in ((Change(city="Berlin"), ["UpdateItem"]), (Change(name="Joan"), ["TransactWriteItems"]), (Change(), [])):
        with counted() as sent:
            contacts.change(world.as_agent(), number, change)
        assert sent == ["GetItem", *write]
    with counted() as sent:
        add(world, "Ben", "ben@shop.test")
    assert sent == ["UpdateItem", "TransactWriteItems"]


def test_a_visitor_that_nothing_is_known_about_writes_three_rows(world: World) -> None:
    written: list[int] = []
    client = rows.Person._get_connection().connection.client

    def note(params: dict[str, Any], **_: Any) -> None:
        written.append(len(json.loads(params["body"])["TransactItems"]))

    client.meta.events.register("before-call.dynamodb.TransactWriteItems", note, unique_id="rows")
    try:
        world.pp("PP_CREATE_ANONYMOUS", app_uuid=world.account, ppcom_trace_uuid="a new trace")
    finally:
        client.meta.events.unregister("before-call.dynamodb.TransactWriteItems", unique_id="rows")
    assert written[0] == 3


def test_the_widest_change_fits_a_transaction(world: World) -> None:
    def wide(mark: str) -> Change:
        names = [Identity(EMAIL, f"{mark}{at}.{mark}{at}x@{mark}{at}y.test") for at in range(contact_identities.MOST)]
        return Change(" ".join(f"{mark}n{at}" for at in range(words.MOST)), identities=names)

    first = contacts.create(world.as_agent(), wide("a"))
    changed = contacts.change(world.as_agent(), first.number, wide("b"))
    assert len(stored_words(world, changed)) == words.MOST
    emptied = contacts.change(world.as_agent(), first.number, Change(identities=[]))
    double = contacts.create(world.as_agent(), wide("c"))
    merged = contact_merging.merge(world.as_agent(), emptied.number, double.number)
    assert len(contact_identities.of(merged)) == contact_identities.MOST


def test_a_process_that_knows_a_contact_sees_their_new_name_at_once(world: World) -> None:
    jane = add(world, "Jane")
    assert people.load_view(world.ctx(AGENT), jane.id).name == "Jane"
    contacts.change(world.as_agent(), jane.number, Change(name="Joan"))
    assert people.load_view(world.ctx(AGENT), jane.id).name == "Joan"
    contacts.remove(world.as_agent(), jane.number)
    assert not people.exists(world.ctx(AGENT), jane.id)
    cache.clear_all()
    assert not people.exists(world.ctx(AGENT), jane.id)
