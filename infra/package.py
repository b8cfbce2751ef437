"""The Chalice project that is deployed: ours, its dependencies vendored and compiled, without what Lambda brings itself.

`chalice deploy` in the checkout works as well, with a zip five times as large that Python compiles at every cold start.
"""

import compileall
import json
import os
import re
import shutil
import struct
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any

import chalice
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
CHALICE = str(Path(sys.executable).with_name("chalice"))
#: What npm brings for the pages (infra/libraries.py); it is deployed with the rest of chalicelib.
LIBRARIES = ROOT / "chalicelib" / "pages" / "libraries"
#: A thirtieth of the zip, for the page /docs alone: `with_viewer` adds it for a stage that shows that page.
_VIEWER = "openapi-explorer.js.gz"
#: What is installed here, and vendored.
LOCK = "requirements-local.lock"
#: What `with_opensearch` adds for a stage that keeps its words in OpenSearch.
OPENSEARCH_LOCK = "requirements-opensearch.lock"
#: Lambda's runtime has this, with all that it needs.
_RUNTIME_HAS = "boto3"
#: Chalice adds of itself what runs in Lambda: two modules that need nothing.
_CHALICE = "chalice"
#: What Pillow brings for pictures that we refuse (AVIF, WebP), for fonts, colour profiles, Tk and morphology: nothing that a
#: thumbnail of a PNG, JPEG or GIF loads, and two thirds of its wheel. Its own library is linked to those for TIFF and JPEG 2000,
#: so they stay. Of Powertools what its metrics don't load, of OpenSearch's client the one for asyncio, of tzdata what is for
#: people, and what pip alone reads.
_UNUSED = ["PIL/_avif.*", "PIL/_webp.*", "PIL/_imagingcms.*", "PIL/_imagingft.*", "PIL/_imagingmorph.*", "PIL/_imagingtk.*"]
_UNUSED += ["pillow.libs/libavif-*", "pillow.libs/libbrotli*", "pillow.libs/libfreetype-*", "pillow.libs/libharfbuzz-*"]
_UNUSED += ["pillow.libs/liblcms2-*", "pillow.libs/libpng16-*", "pillow.libs/libsharpyuv-*", "pillow.libs/libwebp*"]
_UNUSED += ["PIL/[!BGJMPT]*ImagePlugin.py", "PIL/P[!np]*ImagePlugin.py", "PIL/*Pdf*.py", "PIL/ImageQt.py", "PIL/ImageTk.py"]
_UNUSED += ["PIL/B[!m]*ImagePlugin.py", "PIL/Jpeg2K*.py", "PIL/M[!p]*ImagePlugin.py", "PIL/Tga*.py", "PIL/*FontFile.py"]
_UNUSED += ["PIL/G[bdr]*.py", "PIL/Mpeg*.py", "PIL/PSDraw.py", "PIL/Wal*.py", "PIL/ContainerIO.py"]
_UNUSED += [
    "PIL/ImageCms.py",
    "PIL/ImageDraw2.py",
    "PIL/ImageEnhance.py",
    "PIL/ImageFilter.py",
    "PIL/ImageGrab.py",
    "PIL/ImageMorph.py",
    "PIL/ImageShow.py",
    "PIL/ImageStat.py",
    "PIL/ImageWin.py",
]
_UNUSED += ["aws_lambda_powertools/event_handler", "aws_lambda_powertools/utilities/[!_j]*"]
_UNUSED += ["aws_lambda_powertools/metrics/provider/datadog"]
_UNUSED += ["opensearchpy/_async/client", "opensearchpy/_async/plugins"]
_UNUSED += ["tzdata/zoneinfo/*.tab", "tzdata/zoneinfo/tzdata.zi", "*.dist-info/RECORD", "*.dist-info/sboms"]
#: Where Lambda unpacks a zip: the paths that a traceback shows.
_TASK = "/var/task"


def build(folder: Path) -> Path:
    """Makes `folder` a Chalice project, ready for `chalice deploy` or `chalice package`, and returns it.

    Takes about ten seconds, and uses the package index. Empties the folder first. Modules are compiled for the Python that
    runs this, which is the runtime that Chalice deploys to, and are not checked against their source again.
    """
    if not LIBRARIES.is_dir():
        raise SystemExit("the libraries of the pages are not installed: `make run` and `make deploy` bring them")
    shutil.rmtree(folder, ignore_errors=True)
    vendor = folder / "vendor"
    vendor.mkdir(parents=True)
    _install(vendor, pinned())
    shutil.copytree(ROOT / "chalicelib", folder / "chalicelib", ignore=shutil.ignore_patterns("__pycache__", _VIEWER))
    shutil.copytree(ROOT / ".chalice", folder / ".chalice", ignore=shutil.ignore_patterns("deployed", "deployments"))
    shutil.copy(ROOT / "app.py", folder)
    (folder / "requirements.txt").touch()
    _compile(folder)
    return folder


def with_viewer(folder: Path) -> None:
    """Adds the viewer of the API's description to a built project."""
    shutil.copy(LIBRARIES / _VIEWER, folder / "chalicelib" / "pages" / "libraries")


def with_opensearch(folder: Path) -> None:
    """Adds the client of OpenSearch to a built project. Takes a few seconds and the package index."""
    known = locked((ROOT / OPENSEARCH_LOCK).read_text())
    vendor = folder / "vendor"
    _install(vendor, [known[name] for name in sorted(known.keys() - closure(_RUNTIME_HAS, *_requirements()))])
    _bare(vendor, vendor)


def _install(vendor: Path, entries: list[str]) -> None:
    """Installs entries of a lock, for Lambda's platform: files with the lock's hashes, and no others."""
    wanted = vendor.with_name("vendored.txt")
    wanted.write_text("\n".join(entries))
    platform = ["--platform", "manylinux2014_x86_64", "--only-binary", ":all:", "--no-deps", "--require-hashes"]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-compile"]
    command = [sys.executable, "-m", "pip", "install", *quiet, *platform, "--target", str(vendor), "--requirement", str(wanted)]
    subprocess.run(command, check=True)
    shutil.rmtree(vendor / "bin", ignore_errors=True)
    for path in {path for pattern in _UNUSED for path in vendor.glob(pattern)}:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for library in (path for path in vendor.rglob("*") if ".so" in path.suffixes):
        library.write_bytes(stripped(library.read_bytes()))


def stripped(library: bytes) -> bytes:
    """Returns a 64-bit ELF library without what only debuggers and linkers read. What a process loads stays at its place.

    It does what `strip` does, without binutils: bytes outside segments become zero, and there is no table of sections.
    """
    headers, size, count = (*struct.unpack_from("<Q", library, 32), *struct.unpack_from("<HH", library, 54))
    starts = [struct.unpack_from("<Q16xQ", library, headers + at * size + 8) for at in range(count)]
    kept = bytearray(len(library))
    for start, length in [(0, 64), (headers, size * count), *starts]:
        kept[start : start + length] = library[start : start + length]
    struct.pack_into("<Q", kept, 40, 0)
    struct.pack_into("<HH", kept, 60, 0, 0)
    return bytes(kept[: max(start + length for start, length in starts)])


def pinned() -> list[str]:
    """What is vendored, as the lock has it: versions and hashes. Raises SystemExit for what it does not have."""
    known, wanted = locked((ROOT / LOCK).read_text()), closure(*_requirements()) - closure(_RUNTIME_HAS)
    if missing := wanted - known.keys():
        raise SystemExit(f"{LOCK} lacks {', '.join(sorted(missing))}: run `make lock`")
    return [known[name] for name in sorted(wanted)]


def locked(lock: str) -> dict[str, str]:
    """The entries of a lock by the distribution's name, each with its hashes on further lines."""
    entries = [entry for entry in re.split(r"\n(?=\S)", lock.strip()) if entry]
    return {canonicalize_name(Requirement(entry.partition("\\")[0]).name): entry for entry in entries}


def _requirements() -> list[str]:
    lines = (line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines())
    return [line for line in lines if line and Requirement(line).name != _CHALICE]


def closure(*wanted: str) -> set[str]:
    """Names of distributions and of all that they need here."""
    names: set[str] = set()
    for requirement in map(Requirement, wanted):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            names |= {canonicalize_name(requirement.name), *closure(*(metadata.requires(requirement.name) or []))}
    return names


def _compile(folder: Path) -> None:
    """Compiles all that the zip will hold, and leaves modules without their sources, an eighth of it.

    Chalice adds its own two modules and `app.py` uncompiled, so what is compiled of them goes where Python looks for it.
    """
    for modules, base in ((folder / "vendor", folder / "vendor"), (folder / "chalicelib", folder)):
        _bare(modules, base)
    chalice_home = Path(chalice.__file__).parent
    runtime = folder / "vendor" / "chalice"
    runtime.mkdir()
    for name in ("__init__.py", "app.py"):
        shutil.copy(chalice_home / name, runtime)
    _compile_tree(runtime, folder / "vendor")
    shutil.copy(folder / "app.py", folder / "vendor")
    _compile_tree(folder / "vendor" / "app.py", folder / "vendor")
    for source in (runtime / "__init__.py", runtime / "app.py", folder / "vendor" / "app.py"):
        source.unlink()


def _bare(modules: Path, base: Path) -> None:
    """Compiles modules where they are imported, and removes their sources."""
    _compile_tree(modules, base, legacy=True)
    for source in modules.rglob("*.py"):
        source.unlink()


def _compile_tree(what: Path, base: Path, *, legacy: bool = False) -> None:
    """With `legacy`, modules go where they are imported without their sources."""
    compile_ = partial(compileall.compile_dir if what.is_dir() else compileall.compile_file, quiet=1, legacy=legacy)
    if not compile_(what, stripdir=base, prependdir=_TASK, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH):
        raise SystemExit(f"{what} does not compile")


@dataclass(frozen=True)
class Bounds:
    """To what a stage's policies are bound. `sockets` is the id of its WebSocket API, None before there is one; `domain` the
    ARN of the OpenSearch domain that keeps its words, empty where none does.
    """

    stage: str
    partition: str
    region: str
    account: str
    gateway_stage: str
    sockets: str | None = None
    domain: str = ""


def narrow(project: Path, to: Bounds) -> None:
    """Binds the policies of a built project to one stage in one region of one AWS account."""
    for policy in (project / ".chalice").glob("policy-*.json"):
        document = json.loads(policy.read_text())
        document["Statement"] = [bound for each in document["Statement"] if (bound := _bound(each, to))]
        policy.write_text(json.dumps(document, indent=2))


def _bound(statement: dict[str, Any], to: Bounds) -> dict[str, Any] | None:
    """A statement for the stage alone; None for a right that it has no use for."""
    text = re.sub(r"polydesk-\*(?=[-:])", f"polydesk-{to.stage}", json.dumps(statement))
    text = text.replace("attachments-*", f"attachments-{to.account}-{to.region}")
    text = text.replace("arn:aws:", f"arn:{to.partition}:").replace(":*:*:", f":{to.region}:{to.account}:")
    bound: dict[str, Any] = json.loads(text)
    if "execute-api:ManageConnections" in bound["Action"]:
        bound["Resource"] = [each.replace(":*/v1/", f":{to.sockets}/{to.gateway_stage}/") for each in bound["Resource"]]
        return bound if to.sockets else None
    if bound["Action"][0].startswith("es:"):
        bound["Resource"] = [to.domain + each.partition(":domain/*")[2] for each in bound["Resource"]]
        return bound if to.domain else None
    return bound


def archive(project: Path, stage: str, out: Path) -> Path:
    """Packages a built project: `deployment.zip` and the SAM template `sam.json` in `out`, which is returned."""
    environment = {"AWS_DEFAULT_REGION": "us-east-1", **os.environ, "POLYDESK_STAGE": stage}
    command = [CHALICE, "--project-dir", str(project), "package", "--stage", stage, str(out)]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return out
