"""What our own way of writing a row sends is what pynamodb's would: the same item, the same condition."""

import pytest
from pynamodb.exceptions import AttributeNullError
from pynamodb.models import Model

from chalicelib.models.conversations import Conversation
from chalicelib.models.expressions import RemoveAll, SetAll
from chalicelib.models.people import Person
from tests.world import World


def row(world: World) -> Conversation:
    visitor = world.visitor()
    found = Conversation.find(f"{world.account}#{visitor.conversation}")
    assert found is not None
    return found


def test_a_row_is_stored_as_pynamodb_would(world: World) -> None:
    found = row(world)
    found.tried, found.is_read, found.group = [world.owner.id], True, ""
    theirs = Model.get_save_kwargs_from_instance(found, Conversation.status == "new")
    ours = found.get_save_kwargs_from_instance(Conversation.status == "new")
    assert ours["Item"] == theirs["Item"]
    assert set(ours["ExpressionAttributeNames"].values()) == set(theirs["ExpressionAttributeNames"].values())
    assert ours["Item"]["version"] == {"N": str((found.version or 0) + 1)}


def test_a_row_that_lacks_what_it_must_have_is_not_sent(world: World) -> None:
    with pytest.raises(AttributeNullError, match="created_at"):
        Person(world.account, "x").get_save_kwargs_from_instance()


def test_an_update_is_of_the_version_that_was_read(world: World) -> None:
    found = row(world)
    found.version = 7
    sent = found.get_update_kwargs_from_instance(
        [SetAll(Conversation, {"status": "closed"}), RemoveAll(["group", "assignee"])],
        Conversation.status.exists() & Conversation.kind.does_not_exist(),
    )
    names = sent["ExpressionAttributeNames"]
    plain = {part: sent[part] for part in ("ConditionExpression", "UpdateExpression")}
    for short, name in names.items():
        plain = {part: text.replace(short, name) for part, text in plain.items()}
    assert plain == {
        "ConditionExpression": "(attribute_exists (status) AND attribute_not_exists (kind)) AND version = :0",
        "UpdateExpression": "SET status = :1, version = :2 REMOVE group, assignee",
    }
    assert sent["ExpressionAttributeValues"] == {":0": {"N": "7"}, ":1": {"S": "closed"}, ":2": {"N": "8"}}
    assert sent["Key"] == {"key": {"S": found.key}}
