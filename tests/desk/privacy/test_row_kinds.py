"""The list of row kinds has every model, names stages that there are, and stands on the page."""

import importlib
import pkgutil
from pathlib import Path

import pytest

from chalicelib import models
from chalicelib.desk.privacy import account_removal, erasing, export_pages, row_kinds
from chalicelib.desk.privacy.row_kinds import BEGIN, END, KINDS, RowKind
from chalicelib.models.base import Table

PAGE = (Path(__file__).parents[3] / "docs" / "privacy.md").read_text()


def test_every_model_is_there_once() -> None:
    for module in pkgutil.iter_modules(models.__path__):
        importlib.import_module(f"chalicelib.models.{module.name}")
    every = [f"{model.__module__.rpartition('.')[2]}.{model.__name__}" for model in Table.__subclasses__()]
    known = [kind.model for kind in KINDS]
    assert sorted(known) == sorted(one for one in every if one in known or not one.startswith("test_"))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.model)
def test_it_names_what_there_is(kind: RowKind) -> None:
    assert kind.erased in ("", BEGIN, END, "search", *erasing.STAGES)
    assert kind.emptied in ("", *account_removal.STAGES)
    assert not kind.exported or kind.exported in export_pages.README
    assert (kind.exported and kind.erased and kind.emptied) or kind.why
    model, name = kind.model.split(".")
    assert (
        f"`{getattr(importlib.import_module(f'chalicelib.models.{model}'), name).Meta.table_name.rpartition('test-')[2]}`" in PAGE
    )
    assert f"| {name} |" in PAGE


def test_all_stages_are_of_some_rows() -> None:
    of_objects = {"uploads", "exports", "objects", "keys", "names"}
    assert {*erasing.STAGES, *account_removal.STAGES} - of_objects <= {
        part for kind in KINDS for part in (kind.erased, kind.emptied)
    }
    assert row_kinds.KINDS
