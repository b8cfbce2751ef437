"""What is deployed: small, compiled, and bound to its stage."""

import base64
import json
import subprocess
import sys
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path

import pytest

from chalicelib.dialects.ppmessage.script import script
from infra import package
from tests.pictures import animated, picture

#: Examines pictures with what is in a folder alone, and draws one.
PROBE = """
import base64, json, sys
sys.path[:0] = sys.argv[1:3]
from chalicelib.desk import pictures
found = [pictures.examine(base64.b64decode(line)) for line in sys.stdin]
sizes = [(one.mime, one.thumbnail and len(one.thumbnail.data) > 100) for one in found]
import PIL
print(json.dumps([PIL.__file__, sizes, len(pictures.identicon("a")) > 100]))
"""


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
            place = (":cn-north-1:111122223333:", "-111122223333-cn-north-1/*")
            assert all(any(part in resource for part in place) for resource in bound)
            # A gateway's API has an id for a name, which nobody knows before it is made; who mail is from, its owner says.
            others = (":execute-api:", ":ses:")
            assert all("polydesk-dev" in resource or any(of in resource for of in others) for resource in bound)
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


def test_the_widget_is_in_it(project: Path) -> None:
    probe = (
        "import sys; sys.path[:0] = sys.argv[1:]; from chalicelib.dialects.ppmessage.script import script; print(script().etag)"
    )
    command = [sys.executable, "-I", "-c", probe, str(project), str(project / "vendor")]
    assert subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.strip() == script().etag


def test_what_is_left_of_pillow_makes_thumbnails_and_identicons(project: Path) -> None:
    given = [
        picture("PNG"),
        picture("JPEG"),
        picture("JPEG", mode="CMYK"),
        picture("PNG", mode="I;16"),
        picture("GIF"),
        animated(),
    ]
    lines = b"\n".join(base64.b64encode(data) for data in given)
    command = [sys.executable, "-I", "-c", PROBE, str(project), str(project / "vendor")]
    home, sizes, drawn = json.loads(subprocess.run(command, input=lines, stdout=subprocess.PIPE, check=True).stdout)
    assert home.startswith(str(project / "vendor"))
    assert sizes == [["image/png", True], *[["image/jpeg", True]] * 2, ["image/png", True], *[["image/gif", None]] * 2]
    assert drawn


def test_every_pattern_of_what_is_left_out_still_means_something() -> None:
    installed = {str(file) for name in ("pillow", "aws-lambda-powertools") for file in metadata.files(name) or []}
    for pattern in package._UNUSED:
        assert any(fnmatch(name, pattern) or name.startswith(f"{pattern}/") for name in installed), pattern
