"""The kind of settings that docs/contributing-settings.md has as its example works as it stands there."""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Forbidden, Invalid, Stale
from tests.world import World

DOCUMENT = Path(__file__).parents[3] / "docs" / "contributing-settings.md"


@pytest.fixture
def tags(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of docs/contributing-settings.md, as it stands there."""
    (source,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    module = ModuleType("chalicelib.desk.accounts.tags")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(access, "DECLARED", dict(access.DECLARED))
    exec(compile(source, str(DOCUMENT), "exec"), module.__dict__)
    return module


def test_the_documented_kind_is_one_small_file_that_works(world: World, tags: Any) -> None:
    admin, agent = world.ctx(ADMIN), world.as_agent()
    first, second = tags.create(admin, tags.Change("urgent", "red")), tags.create(admin, tags.Change("later"))
    assert tags.change(admin, first.id, tags.Change(color=None), first.version).color == "grey"
    with pytest.raises(Stale):
        tags.change(admin, first.id, tags.Change("now"), first.version)
    tags.reorder(admin, [second.id])
    assert [tag.name for tag in tags.list_all(agent)] == ["later", "urgent"]
    tags.remove(admin, second.id)
    assert [tag.name for tag in tags.list_all(agent)] == ["urgent"]
    with pytest.raises(Invalid):
        tags.create(admin, tags.Change("x" * 65))
    for act in (tags.create, tags.change, tags.reorder, tags.remove):
        with pytest.raises(Forbidden):
            act(agent)
