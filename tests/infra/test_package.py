"""What is deployed: small, compiled, and bound to its stage."""

import json
from pathlib import Path

import pytest

from infra import package


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package.build(tmp_path_factory.mktemp("project") / "build")


def test_the_policies_are_bound_to_one_stage_of_one_account(project: Path) -> None:
    package.narrow(project, "dev", "aws-cn", "cn-north-1", "111122223333")
    policies = list((project / ".chalice").glob("policy-*.json"))
    assert len(policies) == len(list((package.ROOT / ".chalice").glob("policy-*.json")))
    for policy in policies:
        for statement in json.loads(policy.read_text())["Statement"]:
            bound = [resource for resource in statement["Resource"] if resource.startswith("arn:aws-cn:")]
            assert all(":cn-north-1:111122223333:" in resource and "polydesk-dev" in resource for resource in bound)
            assert bound or statement["Resource"] == ["*"]


def test_building_again_starts_from_nothing(project: Path) -> None:
    (project / "vendor" / "left.py").touch()
    package.build(project)
    assert not (project / "vendor" / "left.py").exists()
    assert "polydesk-*-" in (project / ".chalice" / "policy-fire_timers.json").read_text()


def test_nothing_is_deployed_that_the_runtime_brings_or_only_developers_need(project: Path) -> None:
    packages = {entry.name for entry in (project / "vendor").iterdir() if "dist-info" not in entry.name}
    assert {"msgspec", "pynamodb"} <= packages
    assert not {"boto3", "botocore", "s3transfer", "urllib3", "click", "bin"} & packages
    assert [entry.name for entry in (project / "vendor" / "chalice").iterdir()] == ["__pycache__"]


def test_every_module_is_compiled_to_be_taken_as_it_is(project: Path) -> None:
    compiled = list(project.rglob("*.pyc"))
    unchecked_hash = (0b01).to_bytes(4, "little")
    assert {file.read_bytes()[4:8] for file in compiled} == {unchecked_hash}
    sources = [source for source in project.rglob("*.py") if source.name != "app.py" or source.parent != project]
    assert {source.stem for source in sources} <= {file.name.split(".")[0] for file in compiled}
