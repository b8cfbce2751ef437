"""Conditions read by the fields that they are on, and filters that keep them."""

from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import custom_fields
from chalicelib.desk.accounts.custom_fields import Change
from chalicelib.desk.conversations import conditions, fields, filters
from chalicelib.desk.conversations.conditions import ConditionList, Given, Stored
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.teams import groups
from chalicelib.dialects.anytime.conditions import WORDS, in_query
from chalicelib.rules.conditions import matches, needed
from tests.lambdas import counted
from tests.world import World


def read(world: World, *given: tuple[int | str, str, str], stored: bool = False, offset: float = 0) -> ConditionList:
    ctx, several = world.as_agent(), [Given(*one) for one in given]
    if stored:
        return conditions.read_stored(ctx, [Stored(several)], words=WORDS, offset_hours=offset)[0]
    return conditions.read(ctx, several, words=WORDS, offset_hours=offset)


def meant(world: World, facts: Mapping[str, Any], *given: tuple[int | str, str, str], stored: bool = False) -> bool:
    return matches(conditions.resolve(world.as_agent(), [read(world, *given, stored=stored)])[0], facts)


def size(world: World) -> fields.Field:
    options = custom_fields.options([(None, "Small", "s"), (None, "Large", "l")])
    return fields.custom(custom_fields.create(world.ctx(ADMIN), Change("Size", "dropdownList", options=options)))


def test_fields_of_every_account_are_known_without_a_request(world: World) -> None:
    with counted() as sent:
        found = read(
            world, ("status", "is", "pendingInternal"), ("AGENTASSIGNEE", "is", "me"), (14, "is", "3"), ("4", "is", "de")
        )
    assert sent == []
    assert needed(found) == {"status", "assignee_number", "tags", "custom:4"}
    assert found.conditions[0].value == ("pending_internal",)


def test_every_field_is_found_by_its_id_and_its_names(world: World) -> None:
    for id_, field in {**fields.SYSTEM, **fields.METADATA}.items():
        names: list[int | str] = [id_, str(id_), field.name, field.name.upper(), *field.also]
        assert fields.find(world.as_agent(), names) == [field] * len(names)
        assert fields.fixed(id_) == field
    assert max(fields.SYSTEM) < fields.CUSTOM


def test_an_account_s_own_field_is_found_by_its_id_and_its_name(world: World, other: World) -> None:
    field = size(world)
    assert fields.find(world.as_agent(), [field.id, " SIZE "]) == [field, field]
    with counted() as sent:
        fields.find(world.as_agent(), [field.id, "subject"])
    assert sent == []
    assert fields.find(other.as_agent(), [field.id, "size", "subject"])[:2] == [None, None]
    assert meant(world, {field.core: "s"}, ("size", "is", "s"))
    assert not meant(world, {field.core: "l"}, (field.id, "is", "s"))


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (("nothing", "is", "x"), "conditions[a][field]"),
        ((10**15, "is", "x"), "conditions[a][field]"),
        (("status", "before", "2024-01-01"), "conditions[a][matchType]"),
        (("status", "is", "sad"), "conditions[a][value]"),
        (("createdTime", "before", ""), "conditions[a][value]"),
    ],
)
def test_what_can_not_be_read_is_named_as_it_was_spelled(world: World, given: tuple[int | str, str, str], place: str) -> None:
    with pytest.raises(Invalid) as refused:
        conditions.read(world.as_agent(), [Given(*given, in_query("a"))], words=WORDS)
    assert refused.value.field == place


def test_words_stand_for_the_caller_and_their_department(world: World) -> None:
    me = world.agents[0].number
    with counted() as sent:
        assert meant(world, {"assignee_number": me}, ("agentAssigneeId", "is", "me"))
    assert sent == []
    assert not meant(world, {"group_number": None}, ("departmentAssigneeId", "is", "myDepartments"))
    group = groups.create(world.ctx(ADMIN), "Singers", groups.Change())
    groups.add_member(world.ctx(ADMIN), group, world.agents[0].id)
    assert meant(world, {"group_number": group.number}, ("departmentAssigneeId", "is", "myDepartments"))
    assert not meant(world, {"group_number": group.number + 1}, ("departmentAssigneeId", "is", "myDepartments"))
    assert meant(world, {}, ("departmentAssigneeId", "is", "none,myDepartments"))
    assert not meant(conditions_of_a_program(world), {"assignee_number": me}, ("agentAssigneeId", "is", "me"))


def conditions_of_a_program(world: World) -> World:
    """The same world, whose calls are a program's."""
    world.as_agent = lambda at=0: world.ctx(ADMIN)  # type: ignore[method-assign]
    return world


def test_a_day_is_the_caller_s_for_times_and_the_same_for_all_in_custom_dates(world: World) -> None:
    field = fields.custom(custom_fields.create(world.ctx(ADMIN), Change("Born", "date")))
    day = 86_400_000
    found = read(world, ("createdTime", "is", "1970-01-02"), (field.id, "is", "1970-01-02"), offset=2)
    assert [condition.value[0] for condition in found.conditions] == [day - 7_200_000, day]


REMOVED = [
    ("is", "s", False),
    ("is", "", True),
    ("isNot", "s", True),
    ("isNot", "", False),
]


@pytest.mark.parametrize(("match", "value", "expected"), REMOVED)
def test_a_removed_field_is_unset_for_stored_conditions(world: World, match: str, value: str, expected: bool) -> None:
    field = size(world)
    custom_fields.remove(world.ctx(ADMIN), field.id - fields.CUSTOM)
    facts = {"status": "new"}
    assert meant(world, facts, (field.id, match, value), stored=True) is expected
    with pytest.raises(Invalid):
        read(world, (field.id, match, value))


@pytest.mark.parametrize(
    ("match", "value", "expected"),
    [
        ("contains", "x", False),
        ("notContains", "x", True),
        ("contains", "", True),
        ("before", "2024-01-01", False),
        ("between", "1,2", False),
        ("isMoreThan", "1", False),
    ],
)
def test_a_removed_field_of_any_kind_is_unset(world: World, match: str, value: str, expected: bool) -> None:
    assert meant(world, {}, (190, match, value), stored=True) is expected


def test_a_removed_option_is_compared_with_what_conversations_still_have(world: World) -> None:
    field = size(world)
    custom_fields.change(world.ctx(ADMIN), field.id - fields.CUSTOM, Change(options=custom_fields.options([(2, "Large", "l")])))
    assert meant(world, {field.core: "s"}, (field.id, "is", "s"), stored=True)
    assert not meant(world, {field.core: "l"}, (field.id, "is", "s"), stored=True)


# --- filters


def test_a_filter_is_kept_in_few_requests(world: World) -> None:
    ctx = world.as_agent()
    made = filters.create(ctx, filters.Change("Mine", True, conditions=(filters.FilterCondition(field=6, match="is"),)))
    assert (made.creator, made.number) == (world.agents[0].number, 1)
    filters.get(ctx, 1)
    with counted() as read_one:
        assert filters.get(ctx, 1) == made
    with counted() as changed:
        filters.change(ctx, 1, filters.Change("Ours", False))
    assert (read_one, changed) == (["GetItem"], ["GetItem", "GetItem", "TransactWriteItems", "SendMessageBatch"])


def test_what_is_made_private_between_reading_and_writing_is_not_changed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, agent = world.as_agent(0), world.as_agent(1)
    made = filters.create(owner, filters.Change("Ours"))
    real_get = filters.get

    def get(*given: Any) -> filters.Filter:
        found = real_get(*given)
        monkeypatch.setattr(filters, "get", real_get)
        filters.change(owner, made.number, filters.Change(is_private=True))
        return found

    monkeypatch.setattr(filters, "get", get)
    with pytest.raises(NotFound):
        filters.change(agent, made.number, filters.Change("Theirs"))
    assert real_get(owner, made.number).name == "Ours"


def test_a_program_sees_no_private_filter(world: World) -> None:
    filters.create(world.as_agent(), filters.Change("Mine", is_private=True))
    assert filters.list_visible(world.ctx(ADMIN)) == []
