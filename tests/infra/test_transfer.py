"""Which account imports and exports are about, what they note, and how the commands fail."""

import argparse
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from chalicelib import config
from chalicelib.context import ADMIN
from chalicelib.desk.people import owners
from chalicelib.desk.people.owners import NewAccount
from infra import local, transfer
from infra.aws import CannotDeploy
from infra.transfer import Notes
from tests.world import World


def named(data: Path, **given: Any) -> argparse.Namespace:
    return argparse.Namespace(**{"stage": config.STAGE, "data": data, "account": None, "owner": None} | given)


def account(data: Path, **given: Any) -> str:
    return transfer.context_of(named(data, **given)).account


def test_an_account_is_named_by_its_uuid_or_by_an_agent(world: World, tmp_path: Path) -> None:
    assert account(tmp_path, account=world.account) == world.account
    assert account(tmp_path, owner=world.agents[0].email.upper()) == world.account
    second = owners.open_another(world.ctx(ADMIN, world.owner), world.owner.id, NewAccount("Second", {}))
    assert account(tmp_path, owner=world.owner.email, account="Second") == second.account.id
    for wrong in (
        {"owner": world.owner.email},
        {"owner": "nobody@x.test"},
        {},
        {"account": "01a22ed1-c3db-7d53-b536-afee9616ed08"},
    ):
        with pytest.raises(CannotDeploy):
            account(tmp_path, **wrong)


def test_the_local_desk_has_its_demo_account(world: World, tmp_path: Path) -> None:
    (tmp_path / "desk.json").write_text(json.dumps({"account": {"app_uuid": world.account, "name": "Demo"}}))
    assert account(tmp_path, stage=local.STAGE) == account(tmp_path, stage=local.STAGE, account="Demo") == world.account


def test_notes_are_written_twice_a_second_at_most(tmp_path: Path) -> None:
    now = [10.0]
    notes = Notes(tmp_path / "a" / "notes.json", clock=lambda: now[0])
    assert notes.load() == {}
    for later, value in ((0, 1), (0.2, 2), (0.2, 3), (0.2, 4)):
        now[0] += later
        notes.put(lambda value=value: {"at": value})  # type: ignore[misc]
        assert notes.load() == {"at": 4 if value == 4 else 1}
    notes.remove()
    assert notes.load() == {}


@pytest.mark.parametrize("command", ["import", "export"])
def test_without_a_desk_the_commands_say_so(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    assert import_module(f"infra.{command}").main([str(path), "--stage", local.STAGE, "--data", str(tmp_path)]) == 2
    assert f"no desk runs on {tmp_path}" in capsys.readouterr().err
    assert not path.exists()
