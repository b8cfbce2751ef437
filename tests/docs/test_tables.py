"""The tables of the pages are what the code has: endpoints, commands, settings, metrics, alarms, an account's fields, words."""

import re

import msgspec
import pytest

from chalicelib import telemetry
from chalicelib.desk.accounts.accounts import Account
from chalicelib.desk.core import access
from chalicelib.dialects.endpoint import Dialect, Endpoint
from chalicelib.dialects.livechat.routes import LIVECHAT
from chalicelib.dialects.ppmessage.routes import PPMESSAGE
from chalicelib.dialects.ppmessage.wire.apps import UpdateApp
from tests.conformance.table import DIALECTS, DOCUMENTS
from tests.docs import pages, vocabulary
from tests.docs.pages import DOCS, README, ROOT

ENDPOINTS = (DOCS / "endpoints.md").read_text()
OPERATIONS = (DOCS / "operations.md").read_text()
CHANNELS = (DOCS / "channels.md").read_text()
GLOSSARY = (DOCS / "glossary.md").read_text()
CONTRIBUTING = (DOCS / "contributing.md").read_text()
_each_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=[dialect.name for dialect in DIALECTS])


def who(dialect: Dialect, row: Endpoint) -> str:
    """Who may call a row, in the words of endpoints.md."""
    if row.needs is None:
        return "no token"
    if dialect is LIVECHAT and row.needs in access.PERMISSIONS:
        return f"admin, or `{row.needs}`"
    if dialect is not PPMESSAGE:
        return str(row.needs)
    words = {frozenset(re.findall(r"\w+", labels)): word for word, labels in pages.table(ENDPOINTS, "word")}
    return words[frozenset(row.needs)]


@_each_dialect
def test_endpoints_are_the_rows_of_the_code(dialect: Dialect) -> None:
    told = pages.table(pages.section(ENDPOINTS, dialect.name), "method")
    served = [[row.method, f"`{row.path}`", who(dialect, row)] for row in dialect.endpoints]
    assert sorted(row[:3] for row in told) == sorted(served)
    assert all(row[3] for row in told)


def test_the_readme_counts_the_endpoints() -> None:
    told = {name: int(count) for name, count, _ in pages.table(README.read_text(), "API")}
    assert told == {dialect.name: len(dialect.endpoints) for dialect in DIALECTS}


def test_commands_are_the_makefile_s() -> None:
    told = [cell.strip("`") for cell, _ in pages.table(OPERATIONS, "command")]
    assert sorted(told) == sorted(f"make {name}" for name in pages.targets() if name != "help")


def test_settings_are_those_of_the_code() -> None:
    assert {name for row in pages.table(OPERATIONS, "setting") for name in pages.spans(row[0])} == pages.settings()


def test_metrics_are_those_of_the_code() -> None:
    rows = pages.table(OPERATIONS, "metric (namespace `Polydesk`, by `Stage`)")
    assert {pages.spans(row[0])[0] for row in rows} == set(telemetry.UNITS)


def test_alarms_are_those_of_the_template() -> None:
    template = (ROOT / "infra" / "watch.yaml").read_text()
    alarms = re.findall(r"^  (\w+):\n +Type: AWS::CloudWatch::Alarm", template, re.MULTILINE)
    told = [name for row in pages.table(OPERATIONS, "alarm") for name in pages.spans(row[0])]
    means = {name: {alarm for alarm in alarms if re.fullmatch(name.replace("…", r"\w+"), alarm)} for name in told}
    assert all(means.values())
    assert set().union(*means.values()) == set(alarms)


def test_undocumented_settings_of_an_account_are_listed_with_their_defaults() -> None:
    facts = {entry["path"].rpartition("/")[2]: entry for entry in DOCUMENTS["PPMessage"]["endpoints"]}
    documented = facts["PP_UPDATE_APP_INFO"]["params"].keys() | facts["PP_GET_APP_INFO"]["answer"].keys()
    fields = {field.name for field in msgspec.structs.fields(UpdateApp)} - documented
    told = {row[0].strip("`"): row[2].strip("`") for row in pages.table(CHANNELS, "field")}
    assert told.keys() == fields
    account = Account("id", "name", "owner", 1, 1)
    assert told == {name: shown(getattr(account, name.removeprefix("app_"), None)) for name in fields}


def shown(value: object) -> str:
    """A default as the table shows it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:,}" if isinstance(value, int) else str(value or "none")


@_each_dialect
def test_the_glossary_s_names_are_the_dialect_s(dialect: Dialect) -> None:
    tables = [rows for rows in pages.tables(GLOSSARY) if dialect.name in rows[0]]
    names = {name for head, *rows in tables for row in rows for name in pages.spans(row[head.index(dialect.name)])}
    assert len(tables) == 4 and names
    assert sorted(names - vocabulary.words(dialect)) == []


def test_the_vocabulary_has_a_dialect_s_own_words_alone() -> None:
    assert {"agentAssigneeId", "onHold", "apiKeys"} <= vocabulary.words(DIALECTS[1])
    assert not {"assigned_uuid", "agentAssigneeID", "READY", "pickedTime"} & vocabulary.words(DIALECTS[1])


def test_a_term_is_explained_once() -> None:
    terms = [row[0] for head, *rows in pages.tables(GLOSSARY) for row in rows]
    assert sorted(terms) == sorted(set(terms))
    assert all(row[1] for head, *rows in pages.tables(GLOSSARY) for row in rows)


@pytest.mark.parametrize(
    "what", ["an endpoint", "a setting", "an event with a subscriber", "a timer", "a field to conversations"]
)
def test_a_recipe_has_five_steps(what: str) -> None:
    recipe = pages.section(CONTRIBUTING, f"Add {what}")
    assert re.findall(r"^(\d)\. ", recipe, re.MULTILINE) == ["1", "2", "3", "4", "5"]
