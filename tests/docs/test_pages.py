"""What the pages name is there: files, commands, settings, endpoints, links."""

import hashlib
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.docs import pages
from tests.docs.pages import PAGES, README, ROOT

#: Of the text that the Apache Software Foundation publishes.
_LICENSE = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"


def _name(given: Path | Callable[[str], list[str]]) -> str:
    return str(given.relative_to(ROOT)) if isinstance(given, Path) else given.__name__


@pytest.mark.parametrize("page", PAGES, ids=_name)
@pytest.mark.parametrize("check", pages.CHECKS, ids=_name)
def test_a_page_has_no_fault(page: Path, check: Callable[[str], list[str]]) -> None:
    assert check(page.read_text()) == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_to_files_and_their_parts(page: Path) -> None:
    assert pages.broken_links(page.read_text(), page.parent) == []


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (pages.missing_paths, "`infra/local.py` `rules/` `cases_*.py` `chalicelib/desk/<subject>/`", "`infra/locally.py`"),
        (pages.missing_paths, "`wire.py` `10.5` `a/b` `/api/x`", "`tests/nothing/`"),
        (pages.missing_paths, "`.ci/run`", "`tests/nothing`"),
        (pages.missing_commands, "```sh\nmake run PORT=1\n```", "```sh\nmake walk\n```"),
        (pages.missing_commands, "`python -m infra.restore a b`", "`python -m infra.undo`"),
        (pages.missing_settings, "`POLYDESK_LIMITS` `PORT=`", "`POLYDESK_SPEED`"),
        (pages.missing_settings, "```sh\nmake deploy STAGE=dev\n```", "```sh\nmake deploy STEP=dev\n```"),
        (pages.missing_endpoints, "`PP_GET_APP_INFO` `PPCOM`", "`PP_GET_NOTHING`"),
        (pages.missing_endpoints, "`GET /download/<fid>` `/api/v3/anytime` `/auth/…`", "`/api/v4/anytime`"),
        (pages.long_lines, f"{'x' * 130}\n| {'x' * 140} |\n", "x" * 131),
        (pages.broken_links, "[a](docs/limits.md#how-much) [b](#c)\n# C\n", "[a](docs/limits.md#how-little)"),
        (pages.broken_links, "[a](https://example.org/x)", "[a](docs/nothing.md)"),
        (pages.broken_links, "```\n[a](nothing.md)\n```", "[a](#nothing)"),
    ],
)
def test_each_check_finds_a_fault(check: Callable[[str], list[str]], good: str, bad: str) -> None:
    assert check(good) == []
    assert len(check(f"{good}\n\n{bad}")) == 1


def test_the_readme_is_short() -> None:
    assert len(README.read_text().splitlines()) <= 170


def test_code_refers_to_pages_that_are_there() -> None:
    sources = [ROOT / "app.py", ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / ".ci" / "run"]
    sources += [path for folder in ("chalicelib", "infra") for path in (ROOT / folder).rglob("*.py")]
    named = {(path.name, name) for path in sources for name in re.findall(r"\bdocs/[\w/.-]+?\.md\b", path.read_text())}
    assert named
    assert [each for each in named if not (ROOT / each[1]).is_file()] == []
    assert [path.name for path in sources if re.search(r"README, (decision|\")", path.read_text())] == []


def test_the_version_is_the_changelog_s_latest() -> None:
    versions = re.findall(r"^## (\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == versions[0]
    assert versions == sorted(versions, key=lambda version: [int(part) for part in version.split(".")], reverse=True)


def test_the_license_is_apache_s_text_and_the_project_names_it() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == _LICENSE
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"] == "Apache-2.0"


def test_the_workflow_runs_what_ci_runs_on_the_oldest_python() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    (job,) = workflow["jobs"].values()
    uses = {step["uses"].partition("@")[0]: step for step in job["steps"] if "uses" in step}
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"]) for step in uses.values())
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == f">={uses['actions/setup-python']['with']['python-version']}"
