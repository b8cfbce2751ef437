"""What is deployed: small, compiled, and bound to its stage."""

import base64
import json
import shutil
import subprocess
import sys
import zipfile
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path

import boto3
import pytest
from PIL import Image

from chalicelib.dialects.ppmessage.script import script
from chalicelib.pages import files
from infra import package
from infra import project as project_
from tests.infra.stages import configure
from tests.pictures import animated, picture, several

#: Bytes of the zip; what the wheels of the dependencies make, with room.
LARGEST = 6_500_000
#: Bytes by which OpenSearch's client makes it larger.
LARGEST_CLIENT = 1_100_000
#: Examines pictures with what is in a folder alone, and draws one.
PROBE = """
import base64, json, sys
sys.path[:0] = sys.argv[1:3]
from chalicelib.desk.conversations import pictures
found = [pictures.examine(base64.b64decode(line)) for line in sys.stdin]
sizes = [(one.mime, one.thumbnail and len(one.thumbnail.data) > 100) for one in found]
import PIL
print(json.dumps([PIL.__file__, sizes, len(pictures.identicon("a")) > 100]))
"""
#: Uses each of the other compiled libraries, a time zone, and what loads late.
LIBRARIES = """
import sys
sys.path[:0] = sys.argv[1:3]
sys.path.append(sys.argv[3])
import idna, msgspec, nh3, python_multipart, zoneinfo
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider
assert "/vendor/" in nh3.__file__ and "/vendor/" in msgspec.__file__ and "/vendor/" in idna.__file__
zoneinfo.reset_tzpath([])
assert zoneinfo.ZoneInfo("Europe/Berlin").key
from chalicelib.desk.conversations import markup
print(markup.clean("<b onclick=x>a</b>"), msgspec.json.decode(b"[1]"), idna.encode("b\u00fccher.example").decode())
"""
#: Asks a domain that is not there by what is vendored.
CLIENT = """
import os, sys
sys.path[:0] = sys.argv[1:3]
sys.path.append(sys.argv[3])
os.environ |= {"POLYDESK_SEARCH": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
from chalicelib.models import open_search
try:
    open_search.search("a", [], 1, None)
except open_search.NotDone as refused:
    import opensearchpy, requests
    assert "/vendor/" in opensearchpy.__file__ and "/vendor/" in requests.__file__
    print("NotDone", refused)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package.build(tmp_path_factory.mktemp("project") / "build")


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


def test_modules_go_without_their_sources(project: Path) -> None:
    assert list(project.rglob("*.py")) == [project / "app.py"]
    assert (project / "vendor" / "pynamodb" / "models.pyc").exists() and (project / "chalicelib" / "config.pyc").exists()


def test_the_widget_is_in_it(project: Path) -> None:
    probe = (
        "import sys; sys.path[:0] = sys.argv[1:]; from chalicelib.dialects.ppmessage.script import script; print(script().etag)"
    )
    command = [sys.executable, "-I", "-c", probe, str(project), str(project / "vendor")]
    assert subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.strip() == script().etag


def test_the_pages_are_in_it_and_what_shows_the_api_for_stages_that_ask_for_it(project: Path, tmp_path: Path) -> None:
    probe = (
        "import sys; sys.path[:0] = sys.argv[1:]; from chalicelib.pages import files; "
        "print(*[files.modules()[name].path for name in ('preact', 'static/place.js')], 'openapi-explorer' in files.modules())"
    )
    expected = " ".join(files.modules()[name].path for name in ("preact", "static/place.js"))
    copy = Path(shutil.copytree(project / "chalicelib", tmp_path / "chalicelib")).parent
    for folder, has_viewer in ((project, False), (copy, True)):
        if has_viewer:
            package.with_viewer(folder)
        command = [sys.executable, "-I", "-c", probe, str(folder), str(project / "vendor")]
        said = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
        assert said.strip() == f"{expected} {has_viewer}"


def test_without_the_pages_libraries_nothing_is_packaged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(package, "LIBRARIES", tmp_path / "nowhere")
    with pytest.raises(SystemExit, match="make run"):
        package.build(tmp_path / "build")


def test_what_is_left_of_pillow_makes_thumbnails_and_identicons(project: Path) -> None:
    sideways = Image.Exif()
    sideways[0x0112] = 6
    given = [
        picture("PNG"),
        picture("JPEG"),
        picture("JPEG", mode="CMYK"),
        picture("PNG", mode="I;16"),
        picture("GIF"),
        animated(),
        several((600, 300)),
        picture("JPEG", exif=sideways),
    ]
    lines = b"\n".join(base64.b64encode(data) for data in given)
    command = [sys.executable, "-I", "-c", PROBE, str(project), str(project / "vendor")]
    home, sizes, drawn = json.loads(subprocess.run(command, input=lines, stdout=subprocess.PIPE, check=True).stdout)
    assert home.startswith(str(project / "vendor"))
    assert sizes == [
        ["image/png", True],
        *[["image/jpeg", True]] * 2,
        ["image/png", True],
        *[["image/gif", None]] * 2,
        *[["image/jpeg", True]] * 2,
    ]
    assert drawn


def test_what_is_left_of_the_other_libraries_works(project: Path) -> None:
    installed = str(Path(boto3.__file__).parent.parent)
    command = [sys.executable, "-I", "-W", "error", "-c", LIBRARIES, str(project), str(project / "vendor"), installed]
    said = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    assert said == "<b>a</b> [1] xn--bcher-kva.example\n"


def test_libraries_hold_nothing_for_debuggers(project: Path) -> None:
    libraries = [path for path in (project / "vendor").rglob("*") if ".so" in path.suffixes]
    assert {"nh3.abi3.so"} < {path.name for path in libraries}
    assert [path.name for path in libraries if path.read_bytes()[40:48] != bytes(8)] == [], "where the table of sections is"


def test_the_zip_is_small(project: Path, tmp_path: Path) -> None:
    assert (package.archive(project, "dev", tmp_path) / "deployment.zip").stat().st_size < LARGEST


def test_the_client_of_opensearch_is_in_the_zip_of_a_stage_that_has_a_domain_and_in_no_other(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA", str(tmp_path))
    monkeypatch.setattr(package, "build", lambda folder: shutil.copytree(project, folder))
    configure(monkeypatch, {})
    without = project_.prepare("dev")
    domain = {"POLYDESK_SEARCH": "https://a.example", "POLYDESK_SEARCH_ARN": "arn:aws:es:us-east-1:111122223333:domain/one"}
    configure(monkeypatch, {"environment_variables": domain})
    with_it = project_.prepare("prod")
    zips = [package.archive(folder, "dev", tmp_path / f"out-{folder.name}") / "deployment.zip" for folder in (without, with_it)]
    names = [{name.split("/")[0] for name in zipfile.ZipFile(one).namelist() if ".dist-info/" not in name} for one in zips]
    assert names[1] - names[0] == {"opensearchpy", "requests", "certifi", "charset_normalizer", "events"} | {
        name for name in names[1] if "__mypyc" in name
    }
    assert names[0] <= names[1]
    assert zips[1].stat().st_size - zips[0].stat().st_size < LARGEST_CLIENT
    installed = str(Path(boto3.__file__).parent.parent)
    command = [sys.executable, "-I", "-W", "error", "-c", CLIENT, str(with_it), str(with_it / "vendor"), installed]
    assert subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout == "NotDone ConnectionError N/A\n"


def test_every_pattern_of_what_is_left_out_still_means_something() -> None:
    pruned = ("pillow", "aws-lambda-powertools", "tzdata", "nh3", "opensearch-py")
    installed = {str(file) for name in pruned for file in metadata.files(name) or []}
    for pattern in package._UNUSED:
        assert any(fnmatch(name, pattern) or fnmatch(name, f"{pattern}/*") for name in installed), pattern
