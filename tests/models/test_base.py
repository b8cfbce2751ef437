"""What our own way of writing a row sends is what pynamodb's would: the same item, the same condition."""

from typing import Any

import pytest
from pynamodb.connection import Connection
from pynamodb.exceptions import AttributeNullError, CancellationReason, VerboseClientError
from pynamodb.models import Model

from chalicelib.models import base, queues, storage, unique_names
from chalicelib.models.base import ConditionFailed
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
    found.tried_agents, found.is_read, found.group = [world.owner.number], True, ""
    theirs = Model.get_save_kwargs_from_instance(found, Conversation.status == "new")
    ours = found.get_save_kwargs_from_instance(Conversation.status == "new")
    assert ours["Item"] == theirs["Item"]
    assert set(ours["ExpressionAttributeNames"].values()) == set(theirs["ExpressionAttributeNames"].values())
    assert ours["Item"]["v"] == {"N": str((found.version or 0) + 1)}


def test_a_row_that_lacks_what_it_must_have_is_not_sent(world: World) -> None:
    with pytest.raises(AttributeNullError, match="created_at"):
        Person(world.account, "x").get_save_kwargs_from_instance()


def test_an_update_is_of_the_version_that_was_read(world: World) -> None:
    found = row(world)
    found.version = 7
    sent = found.get_update_kwargs_from_instance(
        [SetAll(Conversation, {"status": "closed"}), RemoveAll(Conversation, ["group", "assignee"])],
        Conversation.status.exists() & Conversation.kind.does_not_exist(),
    )
    names = sent["ExpressionAttributeNames"]
    plain = {part: sent[part] for part in ("ConditionExpression", "UpdateExpression")}
    for short, name in names.items():
        plain = {part: text.replace(short, name) for part, text in plain.items()}
    assert plain == {
        "ConditionExpression": "(attribute_exists (st) AND attribute_not_exists (ki)) AND v = :0",
        "UpdateExpression": "SET st = :1, v = :2 REMOVE gr, as",
    }
    assert sent["ExpressionAttributeValues"] == {":0": {"N": "7"}, ":1": {"S": "c"}, ":2": {"N": "8"}}
    assert sent["Key"] == Conversation.raw(key=found.key)


def meets_another(monkeypatch: pytest.MonkeyPatch, times: int, *reasons: str | None, code: str) -> list[str]:
    """The first so many writes meet another one at the same item. Returns what is sent, as it is sent."""
    send, sent = Connection._make_api_call, list[str]()

    def conflicting(self: Connection, operation: str, given: dict[str, Any]) -> Any:
        sent.append(operation)
        if len(sent) > times:
            return send(self, operation, given)
        found = [CancellationReason(code=reason) if reason else None for reason in reasons]
        raise VerboseClientError({"Error": {"Code": code}}, operation, cancellation_reasons=found)

    monkeypatch.setattr(Connection, "_make_api_call", conflicting)
    monkeypatch.setattr("time.sleep", lambda _: None)
    return sent


def test_a_write_that_met_another_is_repeated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = meets_another(monkeypatch, 2, code="TransactionConflictException")
    unique_names.put(unique_names.new_name(world.account, "email", "cu@shop.test", world.owner.id))
    assert sent == ["PutItem"] * 3
    sent = meets_another(monkeypatch, 2, None, "TransactionConflict", code="TransactionCanceledException")
    with base.transaction() as write:
        write.save(unique_names.new_name(world.account, "email", "b@shop.test", world.owner.id))
    assert sent.count("TransactWriteItems") == 3


def test_one_that_always_meets_another_is_refused_and_one_with_a_failed_condition_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for reasons, times in ((["TransactionConflict"], 6), (["TransactionConflict", "ConditionalCheckFailed"], 1)):
        sent = meets_another(monkeypatch, 100, *reasons, code="TransactionCanceledException")
        with pytest.raises(ConditionFailed), base.transaction() as write:
            write.save(unique_names.new_name(world.account, "email", "cu@shop.test", world.owner.id))
        assert len(sent) == times
        monkeypatch.undo()
    meets_another(monkeypatch, 100, code="TransactionConflictException")
    with pytest.raises(ConditionFailed):
        unique_names.put(unique_names.new_name(world.account, "email", "cu@shop.test", world.owner.id))


def test_clients_of_aws_have_a_name_that_is_not_made_anew_for_each_request() -> None:
    clients: list[Any] = [base.connection.client, queues.client(), storage.client()]
    assert {client.meta.config._supplied_user_agent for client in clients} == {"polydesk"}
