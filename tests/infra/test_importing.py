"""An import: what it writes and what it does not do, the same twice, killed, wrong."""

import json
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.conversations import deletion, history, imports, inbox, updates
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
from chalicelib.models import base, details, messages, sequences, unique_names
from infra import importing
from infra.aws import CannotDeploy
from infra.importing import Pace, Progress, Tracked
from infra.line_files import read_raw
from infra.transfer import Notes, alone_with
from tests.infra.lines import AGENT, ALL, CLOSED, CONTACT, SAID, T0, bring, found, message, write
from tests.world import World, counted


def said(world: World, external: str = "v1") -> list[tuple[str, int, int | None]]:
    return [
        (one.body, one.sequence, one.public_sequence)
        for one in history.list_latest(world.as_agent(), found(world, external).id).messages
    ]


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


def test_a_killed_import_goes_on_where_it_was(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever write it dies in, or behind, all is there once in the end."""
    path, count = write(tmp_path / "a.jsonl", *ALL), 0
    dispatch = base.connection.dispatch
    path.write_text(path.read_text().replace("ACCOUNT", world.account))

    class Killed(BaseException):
        pass

    for at in range(40):
        left = [at // 2]

        def dying(operation: str, given: Any, left: list[int] = left, at: int = at) -> Any:
            is_write = operation == "TransactWriteItems"
            if is_write and left[0] == 0 and at % 2 == 0:
                raise Killed
            answer = dispatch(operation, given)
            if is_write and left[0] == 0:
                raise Killed
            left[0] -= is_write
            return answer

        monkeypatch.setattr(base.connection, "dispatch", dying)
        try:
            bring(world, path, verify=False)
        except Killed:
            count += 1
        else:
            break
        finally:
            monkeypatch.setattr(base.connection, "dispatch", dispatch)
    assert count > 3
    bring(world, path)
    assert [one[:2] for one in said(world)] == [(line["body"], at) for at, line in enumerate(SAID, 1)]


def test_progress_is_of_the_file_that_was_begun(tmp_path: Path) -> None:
    path, notes = write(tmp_path / "a.jsonl", CONTACT, AGENT, CLOSED), Notes(tmp_path / "notes")
    read = Tracked(path)
    raws = [*read]
    come = Progress(raws[1].end, 2)
    notes.put(lambda: importing._noted(come, read.digest(raws[1].end)))
    resumed = importing._resumed(path, notes.load())
    assert (resumed.at, resumed.line) == (raws[1].end, 2)
    assert [raw.number for raw in read_raw(path, resumed.at, resumed.line)] == [3]
    write(path, CONTACT | {"name": "Zöe"}, AGENT, CLOSED, SAID[0])  # of the same length
    assert importing._resumed(path, notes.load()).line == 0


MERGED = {name: value for name, value in CLOSED.items() if name != "assignee"}
MERGED |= {"merged_into": "v1", "merged_at": CLOSED["closed_at"]}
FIELD = {"type": "field", "name": "x", "kind": "textarea"}
WRONG: dict[str, tuple[list[Any], str]] = {
    "no JSON": ([CONTACT, "{"], "line 2: Input data was truncated"),
    "unknown kind": ([{"type": "ticket"}], "line 1: Invalid value 'ticket'"),
    "unknown field": ([CONTACT | {"phone": "1"}], "line 1: Object contains unknown field `phone`"),
    "missing field": ([{"type": "contact", "name": "x"}], "line 1: Object missing required field `id`"),
    "time without zone": ([CONTACT | {"created_at": "2023-01-01T00:00:00"}], "line 1: Expected `datetime` with a timezone"),
    "bad address": ([AGENT | {"email": "kim"}], "line 1: email: is not an e-mail address"),
    "no contact": ([CLOSED], "line 1: contact: there is no contact with the id 'c1' before this line"),
    "no agent": ([CONTACT, CLOSED], "line 2: assignee: there is no agent with the id 'a1' before this line"),
    "no tag": ([CONTACT, AGENT, CLOSED | {"tags": ["x"]}], "line 3: tags: there is no tag named 'x' before this line"),
    "no field": ([CONTACT, AGENT, CLOSED | {"fields": {"x": "1"}}], "line 3: fields: there is no field named 'x'"),
    "no department": ([AGENT | {"department": "x"}], "line 1: department: there is no department named 'x'"),
    "no conversation": ([CONTACT, SAID[0]], "line 2: conversation: there is no conversation with the id 'v1'"),
    "closed or not": ([CONTACT, AGENT, CLOSED | {"status": "new"}], "line 3: closed_at: is given with the status `closed`"),
    "an end before its beginning": (
        [CONTACT, AGENT, CLOSED | {"closed_at": "2022-01-01T00:00:00Z"}],
        "line 3: closed_at: is before created_at",
    ),
    "out of order": (
        [CONTACT, AGENT, CLOSED, SAID[1], SAID[0]],
        "line 5: created_at: is before that of its conversation, or of the message in front of it",
    ),
    "another message of the same id": (
        [CONTACT, AGENT, CLOSED, SAID[0], SAID[0] | {"body": "x"}],
        "line 5: id: is also that of line 4, which says something else",
    ),
    "no text": ([CONTACT, AGENT, CLOSED, SAID[0] | {"body": ""}], "line 4: body: must not be empty"),
    "an id of a mail with brackets": (
        [CONTACT, AGENT, CLOSED, SAID[0] | {"kind": "email", "mail": {"message_id": "<a@b.example>"}}],
        "line 4: mail: message_id: is without < and > and spaces",
    ),
    "a mail that is none": ([CONTACT, AGENT, CLOSED, SAID[0] | {"mail": {}}], "line 4: mail: is for the kind email"),
    "a subject of nothing": ([CONTACT, AGENT, CLOSED | {"subject": " \u200b\n"}], "line 3: subject: must be 1 to 500 characters"),
    "long metadata": ([CONTACT, AGENT, CLOSED | {"metadata": {"order": "x" * 257}}], "line 3: metadata: are of 256 characters"),
    "too many tags": ([CONTACT, AGENT, CLOSED | {"tags": ["x"] * 21}], "line 3: tags: are 20 at most"),
    "too many copies": ([CONTACT, AGENT, CLOSED | {"cc": [f"{at}@x.example" for at in range(21)]}], "line 3: cc: are 20 at most"),
    "a copy to nobody": ([CONTACT, AGENT, CLOSED | {"cc": ["a@b.example, c@d.example"]}], "line 3: cc: is not an e-mail address"),
    "values that have no room": (
        [FIELD, FIELD | {"name": "y"}, CONTACT, AGENT, CLOSED | {"fields": {"x": "a" * 40_000, "y": "b" * 40_000}}],
        "line 5: fields: are ",
    ),
    "a merge without its time": (
        [CONTACT, AGENT, CLOSED, {**MERGED, "id": "v2", "merged_at": None}],
        "line 4: merged_at is required",
    ),
    "a merge into nothing": ([CONTACT, AGENT, CLOSED | {"merged_at": T0}], "line 3: merged_into is required"),
    "a merged one with copies": (
        [CONTACT, AGENT, CLOSED, {**MERGED, "id": "v2", "cc": ["a@b.example"]}],
        "line 4: merged_into: a conversation that was merged has neither",
    ),
    "an unknown creator": ([CONTACT, AGENT, CLOSED | {"creator": "a2"}], "line 3: creator: there is no agent with the id 'a2'"),
    "two authors": ([CONTACT, AGENT, CLOSED, SAID[0] | {"agent": "a1"}], "line 4: agent: is given, and a contact too"),
    "a picture of nothing": ([CONTACT, AGENT, CLOSED, SAID[0] | {"format": "image"}], "line 4: format: other than text is for"),
    "a file from two places": (
        [CONTACT, AGENT, CLOSED, SAID[0] | {"attachments": [{"name": "a", "path": "a", "data": ""}]}],
        "line 4: attachments: a: give either path or data",
    ),
    "an agent who can't log in": ([{"type": "agent", "id": "a1", "name": "Kim"}], "line 1: email is required"),
    "a contact's note": ([CONTACT, AGENT, CLOSED, SAID[0] | {"kind": "note"}], "line 4: kind: a note is an agent's"),
    "no file": (
        [CONTACT, AGENT, CLOSED, SAID[0] | {"attachments": [{"name": "a", "path": "../etc/passwd"}]}],
        "line 4: attachments: there is no file '../etc/passwd' beside the lines",
    ),
    "an agent who is off": (
        [CONTACT, AGENT | {"is_active": False}, {**CLOSED, "closed_at": None, "status": "new"}],
        "line 3: assignee: is switched off or removed, and can't have an open conversation",
    ),
    "a link in a circle": (
        [CONTACT, AGENT, CLOSED, SAID[0] | {"attachments": [{"name": "a", "path": "circle"}]}],
        "line 4: attachments: there is no file 'circle' beside the lines",
    ),
    "a name that no file has": (
        [CONTACT, AGENT, CLOSED, SAID[0] | {"attachments": [{"name": "a", "path": "a\0b"}]}],
        "line 4: attachments: there is no file 'a\\x00b' beside the lines",
    ),
    "a longer name than files have": (
        [CONTACT, AGENT, CLOSED, SAID[0] | {"attachments": [{"name": "a", "path": "x" * 300}]}],
        "line 4: attachments: there is no file 'xxx",
    ),
    "deep JSON": (['{"x":' + "[" * 20_000 + "]" * 20_000 + ',"type":"tag","name":"a"}'], "line 1: maximum recursion depth"),
    "half a letter": (['{"type":"tag","name":"\\ud800-"}'], "line 1: Input data was truncated"),
    "a contact before 1970": ([CONTACT | {"created_at": "1969-12-31T23:59:59.999Z"}], "line 1: created_at: must be from 1970 on"),
    "a customer before 1970": ([CONTACT | {"registered_at": "1900-01-01T00:00:00Z"}], "line 1: registered_at: must be from 1970"),
    "a customer after all years": (
        [CONTACT | {"registered_at": "9999-12-31T23:59:59-14:00"}],
        "line 1: registered_at: must be from 1970",
    ),
    "an agent of tomorrow": (
        [AGENT | {"created_at": "2027-01-16T08:00:00Z"}],
        "line 1: created_at: must be from 1970 on",
    ),
    "one removed before there were years": ([AGENT | {"removed_at": "0001-01-01T00:00:00+14:00"}], "line 1: removed_at: must be"),
    "a conversation of all years": (
        [CONTACT, AGENT, CLOSED | {"closed_at": "9999-12-31T23:59:59-14:00"}],
        "line 3: closed_at: must be from 1970 on",
    ),
    "a message of tomorrow": (
        [CONTACT, AGENT, CLOSED, SAID[0] | {"created_at": "2027-01-16T08:00:00Z"}],
        "line 4: created_at: must be from 1970 on",
    ),
    "one merged into what is merged into it": (
        [CONTACT, AGENT, CLOSED, {**MERGED, "id": "v2"}, {**MERGED, "merged_into": "v2"}],
        "line 5: id: is also that of line 3, which says otherwise what an import does not change",
    ),
    "one that began twice": (
        [CONTACT, AGENT, CLOSED, CLOSED | {"created_at": "2023-03-01T09:00:01Z"}],
        "line 4: id: is also that of line 3",
    ),
    "an agent with two addresses": ([AGENT, AGENT | {"email": "k@x.example"}], "line 2: id: is also that of line 1"),
    "two with one address": ([CONTACT, CONTACT | {"id": "c2"}], "line 2: identities: zoe@x.example is contact c1's, of line 1"),
}


def test_what_is_wrong_is_told_with_its_line_and_nothing_is_written(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "circle").symlink_to("circle")
    for name, (told, wanted) in WRONG.items():
        path = tmp_path / "a.jsonl"
        path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in told))
        with pytest.raises(CannotDeploy, match=r"1 lines of .* are wrong; nothing was written"), counted() as sent:
            bring(world, path)
        assert (name, wanted in capsys.readouterr().out) == (name, True)
        assert not {*sent} & {"TransactWriteItems", "PutItem", "UpdateItem", "BatchWriteItem"}


def test_ids_with_any_letters_are_different_things(world: World, tmp_path: Path) -> None:
    chats = [CLOSED | {"id": "a\nb"}, CLOSED | {"id": "a"}, CLOSED | {"id": "a b"}]
    texts = [("a\nb", "c"), ("a", "b\nc"), ("a", "b c"), ("a b", "c"), ("a b", "\0")]
    told = [message(id_, f"{chat}|{id_}", "2023-03-01T09:00:01Z", contact="c1") | {"conversation": chat} for chat, id_ in texts]
    bring(world, write(tmp_path / "a.jsonl", CONTACT, AGENT, *chats, *told))
    assert {text for chat in ("a\nb", "a", "a b") for text, *_ in said(world, chat)} == {f"{chat}|{id_}" for chat, id_ in texts}


def test_files_of_a_conversation_have_room_together_whichever_import_brings_them(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half").write_bytes(b"x" * 11_000_000)
    attached = {"attachments": [{"name": "a", "path": "half"}]}
    first, second = (message(f"m{at}", "here", f"2023-03-01T09:00:0{at}Z", contact="c1") | attached for at in (1, 2))
    bring(world, write(tmp_path / "a.jsonl", CONTACT, AGENT, CLOSED, first))
    with pytest.raises(CannotDeploy, match="line 1: attachments: a conversation has room for 20 MB of files in all"):
        bring(world, write(tmp_path / "b.jsonl", second))
    assert len(said(world)) == 1


def test_a_file_is_imported_by_one_process_at_a_time(world: World, tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", CONTACT)
    with path.open("rb") as other, alone_with(other, "reading"), pytest.raises(CannotDeploy, match=r"is importing .*a\.jsonl"):
        bring(world, path)
    bring(world, path)


@pytest.mark.parametrize("rate", ["-1", "nan", "inf", "x"])
def test_a_rate_is_a_number_from_0(rate: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        import_module("infra.import").main([str(tmp_path / "a.jsonl"), f"--rate={rate}"])
    assert f"argument --rate: must be a number from 0 on, not '{rate}'" in capsys.readouterr().err


def test_a_dry_run_writes_nothing_and_says_what_there_is(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with counted() as sent:
        bring(world, write(tmp_path / "a.jsonl", *ALL), dry_run=True)
    assert not {*sent} & {"TransactWriteItems", "PutItem", "UpdateItem", "BatchWriteItem"}
    assert "checked   1 contact, 1 agent, 1 conversation, 5 message" in capsys.readouterr().out


def test_reading_back_finds_what_is_not_there(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "a.jsonl", *ALL)
    bring(world, path)
    row = found(world)
    lost, other = messages.between(world.account, row.id, 2, 3, newest_first=False)
    lost.delete()
    other.update([messages.Message.body.set("something else")])
    with pytest.raises(CannotDeploy, match="2 things are not there"):
        importing.verify(world.ctx("system"), path, _seen(world, path))
    told = capsys.readouterr().out
    assert "line 3: the message m2 is not there" in told and "line 3: the message m3 has another body" in told


def test_reading_back_many_takes_a_few_requests(world: World, tmp_path: Path) -> None:
    chats = [{**CLOSED, "id": f"c{at}"} for at in range(12)]
    several = [part for chat in chats for part in (chat, message("m1", "x", "2023-03-01T09:01:00Z", conversation=chat["id"]))]
    path = write(tmp_path / "a.jsonl", CONTACT, AGENT, *several)
    bring(world, path, verify=False)
    with counted() as sent:
        assert importing.verify(world.ctx("system"), path, _seen(world, path, of_each=1)) == 12
    assert list(sent) == ["BatchGetItem"] * 3, "ids, conversations, messages; none of these has tags or the like"


def _seen(world: World, path: Path, of_each: int = 5) -> Any:
    class Seen:
        def messages_of(self, conversation: str) -> int:
            return of_each

    return Seen()


def test_what_it_costs(world: World, tmp_path: Path) -> None:
    """A contact is a write, a conversation one for each day on which it has messages; ids and numbers go by the fifty."""
    chat = [
        message(f"m{at}", "x", f"2023-03-01T09:0{at}:00Z", **({"agent": "a1"} if at % 2 else {"contact": "c1"}))
        for at in range(10)
    ]
    bring(world, write(tmp_path / "a.jsonl", {"type": "tag", "name": "x"}, CONTACT, AGENT), verify=False)
    path = write(tmp_path / "b.jsonl", CLOSED, *chat)
    bring(world, path, dry_run=True)
    with counted() as sent:
        bring(world, path, verify=False)
    assert sorted(sent) == ["BatchGetItem", "TransactWriteItems", "UpdateItem"]
    with counted() as again:
        bring(world, path, verify=False)
    assert sorted(again) == ["BatchGetItem", "BatchGetItem", "GetItem"]
    several = [{"type": "contact", "id": f"d{at}", "name": "x"} for at in range(50)]
    with counted() as of_fifty:
        bring(world, write(tmp_path / "c.jsonl", *several), verify=False)
    assert sorted(of_fifty) == ["BatchGetItem", *["TransactWriteItems"] * 50, "UpdateItem"]


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


def test_a_pace_is_kept() -> None:
    now, slept = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(10, clock=lambda: now[0], sleep=sleep)
    for count in (5, 5, 10):
        pace.spend(count)
    assert slept == [0.5, 0.5]
    Pace(0, clock=lambda: now[0], sleep=sleep).spend(1_000_000)
    assert len(slept) == 2


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
