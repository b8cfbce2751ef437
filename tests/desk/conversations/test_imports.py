"""What the desk takes of an import, whoever has checked the file: it refuses by itself, tells which message, and reads back."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from chalicelib.context import ADMIN, SYSTEM, Context
from chalicelib.desk.conversations import deletion, imported_messages, imports, readback
from chalicelib.desk.core import cache, lines
from chalicelib.desk.core.errors import DeskError, Invalid
from chalicelib.desk.people import imports as people_imports
from chalicelib.desk.people import people
from chalicelib.desk.teams import allocation
from chalicelib.desk.teams import imports as settings_imports
from chalicelib.models import conversations, messages
from chalicelib.models.loads import PAUSED
from chalicelib.models.people import Person
from infra.importing import as_import
from tests.infra.lines import AGENT, CLOSED, CONTACT, SAID, Line, found, message
from tests.lambdas import counted
from tests.world import World

WRITES = {"TransactWriteItems", "PutItem", "UpdateItem", "BatchWriteItem"}
OPEN: Line = {name: value for name, value in CLOSED.items() if name != "closed_at"} | {"status": "on_hold"}
MERGED: Line = {"merged_into": "v1", "merged_at": CLOSED["closed_at"], "assignee": None}


def line(told: Line) -> Any:
    """A line as a file has it."""
    return lines.decode(msgspec.json.encode(told))


def nothing(_: lines.Attachment) -> bytes:
    raise Invalid("attachments", "there are none")


def ctx_of(world: World) -> Context:
    return as_import(world.ctx(SYSTEM))


def bring(world: World, told: Line, *said: Line) -> imports.Done:
    return imports.import_conversation(ctx_of(world), line(told), [line(one) for one in said], nothing)


def agent_of(world: World) -> Person:
    return people.get_agent_by_email(world.as_agent(), f"kim@{world.account}.test")


@pytest.fixture
def peopled(world: World) -> World:
    """A desk with an imported agent and an imported contact."""
    kim = AGENT | {"email": f"kim@{world.account}.test"}
    assert settings_imports.import_agent(ctx_of(world), line(kim)) == people_imports.NEW
    assert people_imports.import_contact(ctx_of(world), line(CONTACT)) == people_imports.NEW
    return world


@pytest.mark.parametrize(
    ("told", "said", "wanted"),
    [
        (CLOSED | {"contact": "c9"}, [], "contact: there is no contact with the id 'c9'"),
        (CLOSED | {"assignee": "a9"}, [], "assignee: there is no agent with the id 'a9'"),
        (CLOSED | {"department": "Sales"}, [], "department: there is no department named 'Sales'"),
        (CLOSED | {"tags": ["x"]}, [], "tags: there is no tag named 'x'"),
        (CLOSED | {"fields": {"x": "1"}}, [], "fields: there is no field named 'x'"),
        (CLOSED, [SAID[0] | {"contact": "c9"}], "contact: there is no contact with the id 'c9'"),
        (CLOSED, [SAID[1], SAID[0]], "created_at: is older than the conversation or the message in front of it"),
        (CLOSED, [SAID[0] | {"attachments": [{"name": "a", "path": "a"}]}], "attachments: there are none"),
        (
            CLOSED | {"merged_into": "v9", "merged_at": CLOSED["closed_at"], "assignee": None},
            [],
            "conversation: there is no conversation with the id",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(peopled: World, told: Line, said: Sequence[Line], wanted: str) -> None:
    with pytest.raises(DeskError, match=wanted), counted() as sent:
        bring(peopled, told, *said)
    writes = [one for one in sent if one in WRITES]
    assert writes in ([], ["UpdateItem"]), "the number that a conversation would have had is all that goes"


def test_the_message_that_is_wrong_is_told_by_its_place(peopled: World) -> None:
    assert bring(peopled, CLOSED, *SAID[:2]) == imports.Done(people_imports.NEW, 2)
    for wrong in (SAID[1] | {"body": "otherwise"}, message("m9", "late", "2023-03-01T09:00:00Z", contact="c1")):
        with pytest.raises(imported_messages.OfMessage) as told:
            imports.import_messages(ctx_of(peopled), "v1", [line(SAID[0]), line(wrong)], nothing)
        assert told.value.place == 1
    assert [one.body for one in messages.between(peopled.account, found(peopled).id, 1, 9, newest_first=False)] == [
        "where is my parcel?",
        "let me look",
    ]


def test_an_agent_who_was_switched_off_since_gets_no_open_conversation(peopled: World) -> None:
    agent = agent_of(peopled)
    agent.update([Person.is_active.set(False)])
    cache.clear_all()
    with pytest.raises(Invalid, match="assignee: is switched off or removed"):
        bring(peopled, OPEN)
    assert bring(peopled, CLOSED).outcome == people_imports.NEW


def test_what_waits_or_is_on_hold_counts_for_its_agent_as_the_account_wants(peopled: World) -> None:
    assert bring(peopled, OPEN | {"id": "v0"}).outcome == people_imports.NEW
    assert not getattr(agent_of(peopled), PAUSED["on_hold"])
    allocation.change(peopled.ctx(ADMIN), allocation.Change(excludes_on_hold=True))
    counts = []
    for status in ("on_hold", "pending_internal", "on_hold"):
        bring(peopled, OPEN | {"status": status})
        agent = agent_of(peopled)
        counts.append((agent.open_conversations, getattr(agent, PAUSED["on_hold"]) or 0, found(peopled).paused))
    assert counts == [(2, 1, "on_hold"), (2, 0, None), (2, 1, "on_hold")]


def read_back(desk: World, told: Any, external: str, said: Sequence[lines.Message], count: int) -> list[str]:
    """What a line and messages say that is not there."""
    ctx = ctx_of(desk)
    stored = readback.load(ctx, {external: [one.id for one in said]})
    return readback.faults(ctx, told, external, said, count, stored)


def test_a_merged_one_is_imported_once_and_another_is_not_merged_by_an_import(peopled: World) -> None:
    merged = CLOSED | MERGED | {"id": "v2"}
    bring(peopled, CLOSED, SAID[0])
    bring(peopled, CLOSED | {"id": "v3"})
    assert [bring(peopled, merged).outcome for _ in range(2)] == [people_imports.NEW, people_imports.SAME]
    with pytest.raises(Invalid, match="merged_into: a conversation that was imported is not merged by an import"):
        bring(peopled, merged | {"id": "v3"})
    read = read_back(peopled, line(merged), "v2", [], 0)
    assert (read, read_back(peopled, line(merged | {"id": "v3"}), "v3", [], 0)) == ([], ["does not lead to v1"])
    deletion.delete(peopled.ctx(ADMIN), found(peopled).id)
    assert bring(peopled, CLOSED | {"subject": "Other"}).outcome == people_imports.CHANGED
    assert found(peopled).subject == CLOSED["subject"]


def test_reading_back_tells_what_is_otherwise(peopled: World) -> None:
    tagged = CLOSED | {"cc": ["bob@x.example"], "metadata": {"order": "7"}}
    bring(peopled, tagged, *SAID[:3])
    said = [line(one) for one in SAID[:3]]
    assert read_back(peopled, line(tagged), "v1", said, 3) == []
    other = tagged | {"subject": "Another", "cc": [], "metadata": {}}
    assert read_back(peopled, line(other), "v1", [said[1], said[0]], 4) == [
        "subject is 'A parcel', not 'Another'",
        "metadata are {'order': '7'}, not {}",
        "cc are ['bob@x.example'], not None",
        "the message m1 is not behind the one in front of it",
        "has 3 messages, not 4",
    ]
    moved = msgspec.structs.replace(said[0], created_at=said[1].created_at, attachments=(lines.Attachment(name="a", data=b"x"),))
    assert read_back(peopled, None, "v1", [moved], 3) == [
        "the message m1 has another time",
        "the message m1 has another list of files",
    ]
    assert read_back(peopled, None, "v9", [], 0) == ["conversation: there is no conversation with the id 'v9'"]
    row = conversations.get(peopled.account, found(peopled).id)
    assert row and row.message_count == 3
