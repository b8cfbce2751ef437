"""Threads of imported mails: an answer that comes later finds the conversation that has them now."""

from pathlib import Path

import pytest

from chalicelib.models import received_mails
from tests.desk.channels.mails import bring, mail, mailbox
from tests.desk.channels.test_inbound import inbox, texts
from tests.infra.lines import AGENT, CLOSED, CONTACT, Line, export, found, message, write
from tests.infra.lines import bring as bring_lines
from tests.world import World

ZOE, ASKED, ANSWERED = "zoe@x.example", "CAF+old=1@mail.of.zoe", "17.3@old.desk"


def mailed(id_: str, at: str, name: str, **who: str) -> Line:
    """The line of a mail with this Message-ID, from somebody on 1 March 2023."""
    return message(id_, f"mail {id_}", f"2023-03-01T{at}Z", kind="email", mail={"message_id": name}, **who)


MAILS = [mailed("m1", "09:00:01", ASKED, contact="c1"), mailed("m2", "09:30:00", ANSWERED, agent="a1")]


def answer(world: World, ours: str, text: str, names: str, sender: str = ZOE) -> None:
    bring(world, mail(ours, text, sender=sender, References=names), ours, source=sender)


def leads(world: World, *names: str) -> dict[str, str]:
    """The conversations (uuids) to which Message-IDs lead."""
    return received_mails.find(world.account, "", names, world.now // 1000)[1]


def test_an_answer_to_an_imported_mail_continues_its_conversation_if_it_is_from_somebody_who_takes_part(
    world: World, tmp_path: Path
) -> None:
    ours = mailbox(world)
    path = write(tmp_path / "a.jsonl", CONTACT, AGENT, CLOSED, MAILS[0])
    for _ in range(2):
        bring_lines(world, path)
    bring_lines(world, write(tmp_path / "b.jsonl", MAILS[1]))
    row = found(world)
    answer(world, ours, "Still broken.", f"<{ASKED}> <{ANSWERED}>")
    answer(world, ours, "A late one.", f"<{ASKED}>")
    answer(world, ours, "A stranger.", f"<{ANSWERED}>", sender="eve@evil.example")
    assert texts(world, row.number) == ["mail m1", "mail m2", "Still broken.", "A late one."]
    assert (len(inbox(world)), found(world).status) == (2, "pending_internal")
    assert leads(world, ASKED, ANSWERED) == {ASKED: row.id, ANSWERED: row.id}


def test_an_id_leads_to_the_first_of_several_mails_and_a_write_has_room_for_many(world: World, tmp_path: Path) -> None:
    tags: list[Line] = [{"type": "tag", "name": f"t{at}"} for at in range(20)]
    first = CLOSED | {"tags": [f"t{at}" for at in range(20)]}
    many = [mailed(f"m{at}", f"10:{at:02}:00", f"{at // 2}@old.desk", contact="c1") for at in range(50)]
    other = [CLOSED | {"id": "v2"}, mailed("m1", "10:00:00", "0@old.desk", contact="c1") | {"conversation": "v2"}]
    bring_lines(world, write(tmp_path / "a.jsonl", CONTACT, AGENT, *tags, first, *many, *other))
    row = found(world)
    assert row.message_count == 50
    assert leads(world, *(f"{at}@old.desk" for at in range(25))) == {f"{at}@old.desk": row.id for at in range(25)}


def test_ids_go_out_and_lead_where_they_are_imported_again_until_the_conversation_is_removed_for_good(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = World(monkeypatch, clock_of=world)
    bring_lines(world, write(tmp_path / "a.jsonl", CONTACT, AGENT, CLOSED, *MAILS))
    told = export(world, tmp_path / "out.jsonl")
    again = (tmp_path / "in.jsonl", "\n".join(told).replace(world.account[-12:], other.account[-12:]))
    again[0].write_text(again[1])
    bring_lines(other, again[0])
    ours = mailbox(other)
    answer(other, ours, "Elsewhere.", f"<{ANSWERED}>")
    (row,) = inbox(other)
    assert texts(other, row["id"]) == ["mail m1", "mail m2", "Elsewhere."]
    for path in (f"conversations/{row['id']}", f"deletedconversations/{row['id']}"):
        assert other.call("DELETE", f"/api/v3/anytime/{path}", **other.bearer()).status == 200
    other.settle()
    assert leads(other, ASKED, ANSWERED) == {}
    assert leads(world, ASKED, ANSWERED) == {name: found(world).id for name in (ASKED, ANSWERED)}
