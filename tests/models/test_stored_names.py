"""Attributes are stored under short names, each of which means one thing in its table."""

import re
import uuid
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynamodb.attributes import ListAttribute, MapAttribute

from chalicelib.models.attributes import KeyAttribute, UuidAttribute
from chalicelib.models.base import Table
from chalicelib.models.conversation_indexes import COMING
from chalicelib.models.conversations import Conversation
from chalicelib.models.memberships import Membership
from chalicelib.models.messages import Attachment
from tests.models.rows import MODELS, name_of

UUID = "0190e6f4-5a3b-7c21-9d4e-8f6a7b1c2d3e"


@pytest.mark.parametrize("container", [*MODELS, Attachment], ids=name_of)
def test_a_stored_name_has_three_letters_at_most_and_is_one_attribute_s(container: Any) -> None:
    names = [one.attr_name for one in container.get_attributes().values()]
    assert all(name.isalpha() and name.islower() and len(name) <= 3 for name in names)
    assert len(set(names)) == len(names)


def test_every_map_in_a_list_is_looked_at() -> None:
    lists: list[Any] = [one for model in MODELS for _, one in _attributes(model) if isinstance(one, ListAttribute)]
    assert {one.element_type for one in lists if issubclass(one.element_type, MapAttribute)} == {Attachment}


def test_models_of_one_table_store_the_same_under_the_same_name() -> None:
    meant: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for model in MODELS:
        for name, one in model.get_attributes().items():
            meant[str(model.Meta.table_name), one.attr_name].add((name, one.attr_type))
    assert [place for place, meanings in meant.items() if len(meanings) > 1] == []


def test_tables_whose_rows_expire_say_so_under_one_name() -> None:
    expiring = [model for model in MODELS if "expires_at" in model.get_attributes()]
    assert {model.get_attributes()["expires_at"].attr_name for model in expiring} == {"ex"}


@pytest.mark.parametrize("model", [model for model in MODELS if model._indexes], ids=name_of)
def test_an_index_names_and_types_its_keys_as_the_table_does(model: type[Table]) -> None:
    known = {name: one for other in MODELS if other.Meta.table_name == model.Meta.table_name for name, one in _attributes(other)}
    for index in model._indexes.values():
        for name, one in index.Meta.attributes.items():
            assert (one.attr_name, one.attr_type) == (known[name].attr_name, known[name].attr_type)


def _attributes(model: type[Table]) -> list[tuple[str, Any]]:
    return list(model.get_attributes().items())


def test_an_index_projects_under_stored_names() -> None:
    assert Conversation.by_assignee.Meta.projection.non_key_attributes == ["gr", "do", "pr", "ch", "ck", "au", "lg"]
    assert Membership.member_of.attr_name == "mo"


def test_names_kept_for_attributes_to_come_mean_nothing_else_in_their_table() -> None:
    known, model = COMING.items(), Conversation
    beside = [one for one in MODELS if one.Meta.table_name == model.Meta.table_name]
    meant = {one.attr_name: name for row in beside for name, one in _attributes(row)}
    assert len(beside) == 5 and len(set(COMING.values())) == len(COMING)
    assert [name for name, stored in known if meant.get(stored, name) != name or name in model.get_attributes()] == []
    assert set(COMING.values()) < set(model.by_activity.Meta.projection.non_key_attributes)


@pytest.mark.parametrize("text", [UUID, UUID.upper(), "", "a group", "fifteen letters", "of sixteen bytes", "世" * 5, UUID + "x"])
def test_a_uuid_takes_16_bytes_and_any_other_text_is_kept(text: str) -> None:
    attribute = UuidAttribute()
    packed = attribute.serialize(text)
    assert (len(packed) == 16) == (text == UUID)
    assert attribute.deserialize(packed) == text


def test_a_uuid_is_read_from_base64_as_a_lambda_gets_a_stream_s_record() -> None:
    assert UuidAttribute().deserialize("AZDm9Fo7fCGdTo9qexwtPg==") == UUID


_PARTS = st.one_of(st.uuids().map(str), st.text(max_size=6), st.just(UUID.upper()), st.from_regex(r"~{0,3}[\w-]{20,24}"))


@given(parts=st.lists(_PARTS.filter(lambda part: "#" not in part), min_size=1, max_size=4))
def test_a_key_is_read_as_it_was_and_its_uuids_take_23_characters(parts: list[str]) -> None:
    attribute, text = KeyAttribute(), "#".join(parts)
    stored = attribute.serialize(text)
    assert attribute.deserialize(stored) == text
    for part, kept in zip(parts, stored.split("#"), strict=True):
        is_uuid = re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", part)
        assert kept == part or part.startswith("~") or (is_uuid and len(kept) == 23)


@given(st.uuids(), st.uuids())
def test_stored_uuids_have_the_order_of_uuids(one: uuid.UUID, other: uuid.UUID) -> None:
    first, second = map(KeyAttribute().serialize, sorted(map(str, (one, other))))
    assert first <= second


def test_what_looks_like_a_stored_uuid_is_another_key() -> None:
    attribute = KeyAttribute()
    stored = attribute.serialize(f"a#{UUID}")
    assert attribute.serialize(stored) != stored
    assert attribute.deserialize(attribute.serialize(stored)) == stored
