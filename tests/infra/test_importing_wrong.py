"""An import of what is wrong: it is told with its line, and nothing is written."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from infra.aws import CannotDeploy
from tests.infra.lines import AGENT, ALL, CLOSED, CONTACT, SAID, T0, bring, message, said, write
from tests.lambdas import counted
from tests.world import World

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
