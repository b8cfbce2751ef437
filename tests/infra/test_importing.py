"""An import: what it writes and what it does not do, and the same twice."""

import json
from datetime import date
from pathlib import Path

import pytest

from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.conversations import deletion, imports, inbox, updates
from chalicelib.desk.conversations import messages as live
from chalicelib.desk.conversations.inbox import Listing
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core import imported, lines
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.changes import events_of
from chalicelib.desk.core.errors import Forbidden
from chalicelib.desk.core.events import ConversationTextsChanged, Event, MessagePosted, TriggerEvents
from chalicelib.desk.people import contacts, people
from chalicelib.desk.people import imports as people_imports
from chalicelib.desk.reports import statistics
from chalicelib.desk.search import search
from chalicelib.models import details, messages, sequences, unique_names
from infra import importing
from infra.aws import CannotDeploy
from tests.infra.lines import AGENT, ALL, CLOSED, CONTACT, SAID, T0, bring, found, message, said, write
from tests.world import World


def test_what_was_said_is_there_as_if_it_had_been_posted_then_and_nobody_is_told(world: World, tmp_path: Path) -> None:
    world.online(world.agents[0])
    noted = world.note_deliveries()
    bring(world, write(tmp_path / "a.jsonl", *ALL))
    world.settle()
    row = found(world)
    assert said(world) == [
        ("where is my parcel?", 1, 1),
        ("let me look", 2, 2),
        ("he is angry", 3, None),
        ("still waiting", 4, 3),
        ("here it is", 5, 4),
    ]
    last = messages.between(world.account, row.id, 5, 5, newest_first=False)[0]
    assert (last.html_body, last.created_at, last.kind) == ("<p>here <b>it</b> is</p>", 1_677_754_800_500, "reply")
    assert (row.status, row.created_at, row.closed_at) == ("closed", 1_677_661_200_000, 1_677_758_400_123)
    assert (row.preview, row.last_sender_kind, row.last_activity_at) == ("here it is", "agent", last.created_at)
    assert (row.message_count, row.note_count, row.waits_since, row.warn_at, row.close_at, row.stay_at) == (5, 1, *[None] * 4)
    listing = Listing(since=row.created_at, until=row.last_activity_at)
    assert [one.id for one in inbox.page(world.as_agent(), listing).conversations] == [row.id]
    assert {queue for queue, _ in noted} <= {"routing", "notify"}  # of an agent who is new, and of settings, to open consoles
    assert all('"settings.changed' in body for queue, body in noted if queue == "notify")
    assert "conversation" not in "".join(body for _, body in noted)
    agent = people.get_agent_by_email(world.as_agent(), f"kim@{world.account}.test")
    assert agent.password is None
    assert (agent.open_conversations, agent.presence) == (0, "offline")


def test_it_is_found_by_its_words_counted_on_its_days_and_logged_as_imported(world: World, tmp_path: Path) -> None:
    bring(world, write(tmp_path / "a.jsonl", *ALL))
    world.index()
    world.count()
    row, ctx = found(world), world.as_agent()
    wanted = search.read(ctx, "parcel waiting zoe angry")
    assert wanted and search.find(ctx, wanted).ids == (row.id,)
    first = statistics.by_day(ctx, *[date.fromisoformat(f"2023-03-0{day}") for day in (1, 3)])
    assert [(day.messages, len(day.agents)) for day in first.values()] == [(2, 1), (2, 1), (0, 0)]
    log = world.call("GET", f"/api/v3/anytime/conversations/{row.number}/eventLogs", **world.bearer()).body["eventLogs"]
    assert [(one["field"], one["text"], one["dialect"]) for one in log] == [
        ("imported", "A program imported the conversation", "Import")
    ]
    assert log[0]["time"] == "2027-01-15T08:00:00.000Z"  # when it was imported


def test_the_same_file_twice_is_one_thing_and_changes_nothing_that_agents_did(world: World, tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", *ALL)
    bring(world, path)
    row = found(world)
    updates.change(world.ctx(ADMIN), row.id, Change(subject="Renamed", status="on_hold"))
    before, numbers = found(world).serialize(), sequences.last_number(world.account, "person")
    bring(world, path)
    assert found(world).serialize() == before
    assert len(said(world)) == 5
    assert sequences.last_number(world.account, "person") == numbers


def test_a_changed_line_changes_what_may_change(world: World, tmp_path: Path) -> None:
    tag = {"type": "tag", "name": "VIP"}
    bring(world, write(tmp_path / "a.jsonl", *ALL))
    row = found(world)
    opened = {name: value for name, value in CLOSED.items() if name != "closed_at"} | {"status": "on_hold", "tags": ["vip"]}
    renamed = CONTACT | {"language": "de", "name": "Zoe Zeta", "identities": [{"kind": "email", "value": "zoe@y.example"}]}
    further = message("m6", "and more", "2023-03-03T11:00:00Z", contact="c1")
    bring(world, write(tmp_path / "b.jsonl", tag, renamed, AGENT | {"name": "Kim B."}, opened, further))
    after = found(world)
    assert (after.id, after.status, after.has_tags, after.message_count) == (row.id, "on_hold", True, 6)
    assert not after.closed_at
    zoe = contacts.get(world.ctx(ADMIN), after.contact_number)
    assert (zoe.name, zoe.email, zoe.language) == ("Zoe Zeta", "zoe@y.example", "de")
    agent = people.get_agent_by_email(world.as_agent(), f"kim@{world.account}.test")
    assert (agent.name, agent.open_conversations) == ("Kim B.", 1)
    bring(world, write(tmp_path / "c.jsonl", CLOSED))
    assert (found(world).status, found(world).closed_at) == ("closed", row.closed_at)
    assert not found(world).has_tags
    assert people.get(world.ctx(ADMIN), agent.id).open_conversations == 0
    with pytest.raises(CannotDeploy, match=r"line 1: created_at: and channel of a conversation that was imported do not change"):
        bring(world, write(tmp_path / "d.jsonl", CLOSED | {"channel": "email"}))


def test_who_is_there_already_is_taken_for_who_a_line_names(world: World, tmp_path: Path) -> None:
    owner = people.get(world.ctx(ADMIN), world.owner.id)
    zoe = contacts.create(world.ctx(ADMIN), contacts.Change("Zoe of old", "zoe@x.example"))
    olive = {"type": "agent", "id": "a1", "email": owner.email, "name": "Another name"}
    bring(world, write(tmp_path / "a.jsonl", CONTACT, olive, CLOSED, *SAID))
    row = found(world)
    assert (row.contact, row.assignee) == (zoe.id, owner.id)
    assert people.get(world.ctx(ADMIN), owner.id).name == owner.name
    contacts.remove(world.ctx(ADMIN), zoe.number)  # and with them goes what leads from the file to them
    world.now += 61_000  # a process remembers them for a minute
    with pytest.raises(CannotDeploy, match=r"1 lines of .* are wrong; nothing was written"):
        bring(world, write(tmp_path / "b.jsonl", CLOSED | {"id": "v2"}))


def test_what_is_imported_means_words_for_the_search_and_the_next_message_all_that_it_does(world: World, tmp_path: Path) -> None:
    opened = CLOSED | {"closed_at": None, "status": "new", "tags": ["x"], "metadata": {"order": "7"}}
    bring(world, write(tmp_path / "a.jsonl", {"type": "tag", "name": "x"}, CONTACT, AGENT, opened, *SAID))
    assert _told(world) == {ConversationTextsChanged}
    live.post(world.as_visitor(found(world).contact), live.PostMessage(found(world).id, "me again"))
    assert _told(world) == {ConversationTextsChanged, MessagePosted, TriggerEvents}


def _told(world: World) -> set[type[Event]]:
    """What the conversations' stream has meant since it was asked last."""
    return {type(event) for one in world.records("conversations") for event in events_of("conversations", one["dynamodb"])[0]}


def test_the_desk_imports_and_nobody_else(world: World) -> None:
    line = lines.Contact(id="c1", name="Zoe")
    with pytest.raises(Forbidden):
        people_imports.import_contact(world.ctx(ADMIN, world.owner), line)


def test_an_open_conversation_is_an_ordinary_one_from_then_on(world: World, tmp_path: Path) -> None:
    opened = {"type": "conversation", "id": "v1", "contact": "c1", "subject": "Hi", "status": "new", "created_at": T0}
    bring(world, write(tmp_path / "a.jsonl", CONTACT, opened, SAID[0]))
    world.settle()
    row = found(world)
    assert row.waits_since and not (row.assignee or row.reassign_at)
    world.online(world.agents[0])  # who comes next gets what waits
    assert found(world).assignee == world.agents[0].id


def test_what_another_import_brings_meanwhile_is_taken_for_the_same(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kim = AGENT | {"email": f"kim@{world.account}.test"}
    zoe, nameless, chat = CONTACT, {"type": "contact", "id": "c2", "name": "x"}, CLOSED | {"assignee": None}
    ctx = importing.as_import(world.ctx(SYSTEM))
    imported.look_up(ctx, [("agent", "a1"), ("contact", "c1"), ("contact", "c2"), ("conversation", "v1")])
    with monkeypatch.context() as another:
        another.setattr(imported, "_looked_up", TimedCache())
        another.setattr(imported, "_numbers", TimedCache())
        bring(world, write(tmp_path / "a.jsonl", kim, zoe, nameless, chat, SAID[0]))
    agent = lines.decode(json.dumps(kim).encode())
    assert isinstance(agent, lines.Agent)
    with monkeypatch.context() as late:
        late.setattr(people_imports, "find_login", lambda *_: None)  # it was looked for before the other import, too
        assert people_imports.import_agent(ctx, agent) == people_imports.SAME
    contacts_ = [lines.decode(json.dumps(one).encode()) for one in (zoe, nameless)]
    outcomes = [people_imports.import_contact(ctx, one) for one in contacts_ if isinstance(one, lines.Contact)]
    assert outcomes == [people_imports.SAME] * 2
    row, more = (lines.decode(json.dumps(one).encode()) for one in (chat, SAID[0]))
    assert isinstance(row, lines.Conversation) and isinstance(more, lines.Message)
    assert imports.import_conversation(ctx, row, [more], lambda _: b"") == imports.Done(people_imports.SAME, 0)
    assert len(said(world)) == 1


def test_nothing_of_an_import_is_left_of_what_is_removed_for_good(world: World, tmp_path: Path) -> None:
    bring(world, write(tmp_path / "a.jsonl", *ALL))
    row, admin = found(world), world.ctx(ADMIN)
    deletion.delete(admin, row.id)
    deletion.purge(admin, row.id)
    contacts.remove(admin, row.contact_number)
    world.settle()
    names = [("conversation", "v1"), ("contact", "c1"), ("agent", "a1")]
    left = [unique_names.find(world.account, "import", f"{kind} {external}") is not None for kind, external in names]
    assert left == [False, False, True]
    assert not details.get(row.key)
