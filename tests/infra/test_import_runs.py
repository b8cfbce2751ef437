"""How an import runs: it goes on where it was, alone and at a pace, reads back what it wrote, and costs few requests."""

from pathlib import Path
from typing import Any

import pytest

from chalicelib.models import base, messages
from infra import importing
from infra.aws import CannotDeploy
from infra.importing import Pace, Progress, Tracked
from infra.line_files import read_raw
from infra.transfer import Notes, alone_with
from tests.infra.lines import AGENT, ALL, CLOSED, CONTACT, SAID, bring, found, message, said, write
from tests.lambdas import counted
from tests.world import World


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


def test_a_file_is_imported_by_one_process_at_a_time(world: World, tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", CONTACT)
    with path.open("rb") as other, alone_with(other, "reading"), pytest.raises(CannotDeploy, match=r"is importing .*a\.jsonl"):
        bring(world, path)
    bring(world, path)


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
