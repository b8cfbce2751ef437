"""What is installed is pinned by the hash of every file that it may come as."""

import json
import re
from collections.abc import Iterator
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra import package

LOCKS = {
    file.replace(".lock", ".txt"): package.locked((package.ROOT / file).read_text())
    for file in ("requirements-local.lock", "requirements-opensearch.lock", "requirements-dev.lock")
}


def wanted(file: str) -> Iterator[Requirement]:
    """The requirements of a file, and of those that it reads."""
    for line in (package.ROOT / file).read_text().splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("-r "):
            yield from wanted(text.removeprefix("-r "))
        elif text:
            yield Requirement(text)


@pytest.mark.parametrize("file", LOCKS)
def test_a_lock_pins_each_distribution_by_version_and_hashes_and_says_nothing_else(file: str) -> None:
    assert LOCKS[file]
    for entry in LOCKS[file].values():
        head, *hashes = entry.split(" \\\n    ")
        assert re.fullmatch(r"[\w.-]+(\[[\w,-]+\])?==[\w.+]+( ; .+)?", head), head
        assert hashes and all(re.fullmatch("--hash=sha256:[0-9a-f]{64}", each) for each in hashes), head


@pytest.mark.parametrize("file", LOCKS)
def test_a_lock_has_what_its_file_asks_for(file: str) -> None:
    for requirement in wanted(file):
        entry = LOCKS[file][canonicalize_name(requirement.name)]
        version = entry.partition("==")[2].split()[0]
        assert requirement.specifier.contains(version), f"{requirement}: `make lock`"


def test_the_lock_of_the_javascript_tools_pins_each_package_by_version_and_hash_wherever_it_comes_from() -> None:
    lock = json.loads((package.ROOT / "tests/javascript/package-lock.json").read_text())["packages"]
    root = lock.pop("")
    assert {name: lock[f"node_modules/{name}"]["version"] for name in root["devDependencies"]} == root["devDependencies"]
    assert [name for name, entry in lock.items() if not entry["integrity"].startswith("sha512-") or "resolved" in entry] == []


@pytest.mark.parametrize("file", ["requirements-local.txt", "requirements-opensearch.txt"])
def test_the_tests_have_the_very_files_that_run(file: str) -> None:
    assert LOCKS[file].items() <= LOCKS["requirements-dev.txt"].items()


def test_what_is_deployed_is_what_is_tested() -> None:
    for entry in package.pinned():
        name, version = entry.split()[0].split("==")
        assert metadata.version(name) == version


def test_what_the_lock_lacks_is_not_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "_requirements", lambda: ["ruff"])
    with pytest.raises(SystemExit, match="lacks ruff: run `make lock`"):
        package.pinned()
