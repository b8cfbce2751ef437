"""Actors as the number that a conversation's row keeps."""

from hypothesis import given
from hypothesis import strategies as some

from chalicelib.rules.actors import TRIGGER, Actor, pack, unpack
from chalicelib.rules.status import CONTACT, MACHINE, STAFF

ACTORS = some.builds(
    Actor,
    some.sampled_from([CONTACT, STAFF, MACHINE, TRIGGER]),
    some.integers(0, 2**40),
    some.sampled_from(["", "PPMessage", "Anytime", "OneView", "LiveChat"]),
)


@given(ACTORS)
def test_an_actor_comes_back_from_its_number(actor: Actor) -> None:
    assert unpack(pack(actor)) == actor


@given(ACTORS, ACTORS)
def test_two_actors_have_two_numbers(one: Actor, other: Actor) -> None:
    assert (pack(one) == pack(other)) == (one == other)


@given(ACTORS)
def test_a_number_is_small_enough_for_any_client(actor: Actor) -> None:
    assert 0 <= pack(actor) < 2**53


def test_the_desk_itself_and_an_unknown_api_have_no_name() -> None:
    assert pack(Actor()) == 0
    assert unpack(pack(Actor(STAFF, 7, "Telegraph"))) == Actor(STAFF, 7, "")


def test_numbers_that_are_stored_keep_their_meaning() -> None:
    assert [pack(Actor(kind, 7, "Anytime")) for kind in (MACHINE, CONTACT, STAFF, TRIGGER)] == [702, 712, 722, 732]
