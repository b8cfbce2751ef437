"""An export: a whole account comes out, goes into an empty one, and comes out of that as the same lines."""

import itertools
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib import context
from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.accounts import canned_replies, custom_fields
from chalicelib.desk.conversations import deletion, exports, files, imports, merging, messages, readback, updates
from chalicelib.desk.conversations.composing import MailParts, PostMessage
from chalicelib.desk.conversations.files import Attach
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core import lines
from chalicelib.desk.people import contacts, registration
from chalicelib.desk.people import imports as people_imports
from chalicelib.desk.people.contact_identities import Identity
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.desk.teams import groups
from chalicelib.desk.teams import imports as teams_imports
from chalicelib.models.people import Person
from infra import exporting, importing
from infra.aws import CannotDeploy, run
from infra.transfer import alone_with
from tests.desk.conversations.desk import create, department, field, tag
from tests.infra.lines import ALL, bring, export, found, write
from tests.lambdas import counted
from tests.pictures import picture
from tests.world import World

#: Chinese, an emoji of several signs, and Hebrew with a mark of direction.
_TEXTS = ("您好，包裹在哪里？", "👩🏽‍💻 ok", "\u202bשלום\u202c עולם", 'a\nb\t<c> & "d"')  # noqa: RUF001


def _settings(world: World) -> dict[str, int]:
    admin = world.ctx(ADMIN)
    for name in ("Sales", "Sales"):
        groups.create(admin, name, groups.Change(description="who sells"))
    named = {name: tag(world, name) for name in ("VIP", "重要")}
    named |= {"size": field(world, "Size", "dropdownList", options=_options()), "who": field(world, "Who", "operator")}
    named["where"] = field(world, "Where", "department")
    group = canned_replies.add_group(admin, "Greetings")
    for _ in range(2):
        canned_replies.add(admin, "Hello?", "Hello!", group.id)
    canned_replies.write(admin, "Bye?", None, "<b>Bye</b>")
    return named


def _options() -> Any:
    return custom_fields.options([(None, "Small", "S"), (None, "Large", "L")])


def _people(world: World) -> tuple[Person, Person]:
    admin = world.ctx(ADMIN)
    dora = registration.create_agent(admin, CreateAgent(f"dora@{world.account[-12:]}.test", "Dora", None, language="de"))
    support = department(world, "Support", dora)
    assert support.number
    identities = (Identity("email", "mia@people.test"), Identity("email", "m@people.test"), Identity("user_id", "77"))
    mia = contacts.create(admin, contacts.Change("Mia 美", identities=identities, tags=("a", "b"), city="Köln", alias="M"))
    contacts.remove(admin, contacts.create(admin, contacts.Change("Gone", "gone@people.test")).number)
    return dora, mia


def _filled(world: World) -> None:
    """An account with some of everything."""
    named, (dora, mia) = _settings(world), _people(world)
    admin, agent = world.ctx(ADMIN), world.as_agent()
    whole = create(
        agent,
        _TEXTS[0],
        contact=mia.number,
        group=groups.list_all(admin)[1].number,
        tags=(named["VIP"], named["重要"]),
        custom_fields={named["size"]: "L", named["who"]: str(dora.number), named["where"]: "3"},
        metadata={"order": "7", "language": "zh"},
        priority="high",
    )
    for text in _TEXTS:
        world.now += 700_000
        messages.post(_now(world, agent), PostMessage(whole.id, text, kind="note" if text.startswith("👩") else "reply"))
    shown = files.upload_own(_now(world, agent), "a.png", "image/png", picture(size=(30, 20)))
    sheet = files.upload_own(_now(world, agent), "Übersicht.pdf", "application/pdf", b"%PDF-1")
    html = '<p>see <a href="https://x.example">this</a></p>'
    messages.post(_now(world, agent), PostMessage(whole.id, "", html_body=html, attachments=(Attach(sheet.id),)))
    messages.post(_now(world, agent), PostMessage(whole.id, "", attachments=(Attach(shown.id),)))
    given = ("Mia <mia@people.test>", "desk@x.example", "c@x.example", "> before", "1@x.example")
    parts = MailParts(**dict(zip(("sender", "to", "cc", "quote", "message_id"), given, strict=True)))
    messages.post(_now(world, agent), PostMessage(whole.id, "a mail", kind="email", subject="Re: x", mail=parts))
    updates.change(_now(world, admin), whole.id, Change(assignee=dora.number, status="closed"))
    visitor = world.asking("from a browser")
    world.settle()
    _merged(world, mia)
    deletion.delete(admin, create(agent, "deleted").id)
    assert visitor.id


def _merged(world: World, mia: Person) -> None:
    """Three conversations, of which the first leads over the second to the last."""
    first, second, last = (create(world.as_agent(), f"part {at}", contact=mia.number) for at in range(3))
    world.now += 5_000
    merging.merge(_now(world, world.ctx(ADMIN)), second.id, first.id)
    merging.merge(_now(world, world.ctx(ADMIN)), last.id, second.id)
    world.settle()


def _now(world: World, ctx: context.Context) -> context.Context:
    return replace(ctx, now=world.now)


def _kinds(told: Sequence[str]) -> dict[str, int]:
    kinds = [json.loads(line)["type"] for line in told]
    return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}


def test_what_went_out_and_in_again_goes_out_as_the_same_lines(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other, out = World(monkeypatch, clock_of=world), tmp_path / "out.jsonl"
    _filled(world)
    told = export(world, out)
    assert _kinds(told) == {
        "department": 3,
        "tag": 2,
        "field": 3,
        "canned_reply": 3,
        "agent": 5,
        "contact": 4,
        "conversation": 5,
        "message": 12,
    }
    (tmp_path / "out.jsonl.files").rename(tmp_path / "in.jsonl.files")
    text = out.read_text().replace(world.account[-12:], other.account[-12:]).replace("out.jsonl.files", "in.jsonl.files")
    (tmp_path / "in.jsonl").write_text(text)
    bring(other, tmp_path / "in.jsonl")
    again = export(other, tmp_path / "again.jsonl")
    files_of_second = {path.read_bytes() for path in (tmp_path / "again.jsonl.files").iterdir()}
    assert (
        files_of_second
        == {path.read_bytes() for path in (tmp_path / "in.jsonl.files").iterdir()}
        == {b"%PDF-1", picture(size=(30, 20))}
    )
    assert len(again) == len(told)
    for line, before in zip(again, text.splitlines(), strict=True):
        assert _without_paths(line) == _without_paths(before)


def _without_paths(line: str) -> Any:
    known = json.loads(line)
    return {**known, "attachments": [{**one, "path": ""} for one in known.get("attachments", [])]}


def test_what_was_merged_leads_on_and_is_told_behind_where_it_leads(world: World, tmp_path: Path) -> None:
    _merged(world, contacts.create(world.ctx(ADMIN), contacts.Change("Mia")))
    told = [json.loads(line) for line in export(world, tmp_path / "a.jsonl")]
    last, second, first = [line for line in told if line["type"] == "conversation"]
    assert (second["merged_into"], first["merged_into"]) == (last["id"], second["id"])
    assert [line["body"] for line in told if line["type"] == "message"] == ["part 0", "part 1", "part 2"]


def test_no_secret_goes_out(world: World, tmp_path: Path) -> None:
    _filled(world)
    text = "\n".join(export(world, tmp_path / "a.jsonl"))
    visitor = world.visitor()
    agent = world.agents[0]
    for secret in (agent.password, agent.id, visitor.id, *world.clients["PPCOM"], "password", "trace"):
        assert str(secret) not in text


def test_a_broken_off_export_goes_on_where_it_was(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(world, write(tmp_path / "in.jsonl", *ALL, *_chats(120)))
    whole = export(world, tmp_path / "whole.jsonl")
    path, note = tmp_path / "a.jsonl", exporting.Export._note

    class Killed(BaseException):
        pass

    def dying(*given: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(exports, "list_people", dying)
        export(world, path)

    def noting(self: exporting.Export, number: int) -> None:
        self._notes._noted = -1.0  # each is noted, not two a second
        note(self, number)
        if number % 37 == 36:
            self._file.write(b"half of a li")
            raise Killed

    monkeypatch.setattr(exporting.Export, "_note", noting)
    for _ in range(3):
        with pytest.raises(Killed):
            export(world, path)
    monkeypatch.setattr(exporting.Export, "_note", note)
    assert export(world, path) == whole
    with pytest.raises(CannotDeploy, match="is there already"):
        export(world, path)


def test_an_export_is_not_mended_that_has_lost_lines_and_one_process_writes_it(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, progress = tmp_path / "a.jsonl", tmp_path / "a.jsonl.progress"
    place = exporting.Place(exports.PERSON, 1, 100).noted() | {"account": world.account}
    for there in (b"", b"x" * 99, None):
        progress.write_text(json.dumps(place))
        path.unlink() if there is None else path.write_bytes(there)
        with pytest.raises(CannotDeploy, match="has less than was written to it"):
            export(world, path)
    progress.write_text("[")
    with pytest.raises(CannotDeploy, match="is not one of our notes"):
        export(world, path)
    progress.unlink()
    path.unlink()
    with path.open("wb") as other, alone_with(other, "writing"):
        progress.write_text(json.dumps(place | {"bytes": 0}))
        with pytest.raises(CannotDeploy, match="is exporting to"):
            export(world, path)
    (tmp_path / "file").touch()
    assert run(partial(_export, world, tmp_path / "file" / "a.jsonl")) == 2
    assert "Traceback" not in (told := capsys.readouterr().err)
    assert told.startswith("polydesk: ")


def _export(world: World, path: Path) -> None:
    export(world, path)


def _chats(count: int) -> list[dict[str, Any]]:
    chat = {"type": "conversation", "contact": "c1", "subject": "x", "created_at": "2023-05-01T00:00:00Z", "status": "on_hold"}
    return [chat | {"id": f"w{at}"} for at in range(count)]


def test_it_asks_for_pages_and_scans_nothing(world: World, tmp_path: Path) -> None:
    bring(world, write(tmp_path / "in.jsonl", *ALL, *_chats(60)))
    with counted() as sent:
        export(world, tmp_path / "a.jsonl")
    assert "Scan" not in sent
    assert len(sent) < 40  # of 61 conversations, most of which have no message to read


_turns = itertools.count()
_signs = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["reply", "note", "email", "system"]),
            st.booleans(),
            st.one_of(_signs, st.sampled_from(_TEXTS)),
            st.integers(0, 1_200_000),
        ),
        max_size=12,
    ),
    st.one_of(_signs, st.sampled_from(_TEXTS)),
)
def test_texts_and_times_come_out_as_they_went_in(world: World, told: list[tuple[str, bool, str, int]], external: str) -> None:
    """Whatever was said, and whoever said it when. A second import changes nothing."""
    ctx, at, external = importing.as_import(world.ctx(SYSTEM)), datetime(2022, 6, 1, tzinfo=UTC), f"{external}{next(_turns)}"
    teams_imports.import_agent(ctx, lines.Agent(id="a", email=f"a@{world.account}.test", name="A"))
    people_imports.import_contact(ctx, lines.Contact(id="c", name="C"))
    line = lines.Conversation(id=external, contact="c", subject="x", created_at=at, closed_at=at + timedelta(days=1))
    said: list[lines.Message] = []
    for place, (kind, is_agent, body, later) in enumerate(told):
        at += timedelta(milliseconds=later)
        who = {"agent": "a"} if is_agent or kind == "note" else {"contact": "c"}
        mail = lines.Mail() if kind == "email" else None
        told_line: Any = {"kind": kind, "body": body, "created_at": at, "mail": mail, **who}
        said.append(lines.Message(id=str(place), conversation=external, **told_line))
    first = imports.import_conversation(ctx, line, said, lambda _: b"")
    row = found(world, external)
    assert first.messages == len(said)
    assert [one.line for one in exports.list_messages(ctx, row, external)] == said
    assert imports.import_conversation(ctx, line, said, lambda _: b"").messages == 0
    stored = readback.load(ctx, {external: [one.id for one in said]})
    assert readback.faults(ctx, line, external, said, len(said), stored) == []
    public = [one for one in said if one.kind != "note"]
    assert (row.message_count, row.public_count) == (len(said), len(public))
    assert not public or row.last_activity_at == lines.to_ms(public[-1].created_at)
