"""The Chalice project of a stage, in a folder of its own: packaged once, configured anew by every command."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import boto3
from chalice.cli.factory import CLIFactory
from chalice.deploy.appgraph import ApplicationGraphBuilder, DependencyBuilder

from infra import package, stack
from infra.aws import CannotDeploy, account, here

GATEWAY_STAGE = "v1"
#: Requests a second that a stage's APIs take unless it says another number: a tenth of what a region takes.
_THROTTLE = "1000"
#: Neither can be a stage's name.
_PACKAGE, _STAMP = ".package", ".built-from"


def prepare(stage: str) -> Path:
    """The stage's folder below DATA (.local), packaged unless that has been done from the same sources for any stage."""
    build = Path(os.environ.get("DATA") or ".local", "build").resolve()
    stamp, digest = build / _STAMP, _digest()
    if not stamp.exists() or stamp.read_text() != digest:
        stamp.unlink(missing_ok=True)
        package.build(build / _PACKAGE)
        stamp.write_text(digest)
    shutil.rmtree(build / stage, ignore_errors=True)
    return Path(shutil.copytree(build / _PACKAGE, build / stage))


def _digest() -> str:
    """What the package is made from: our sources and the versions that are vendored."""
    digest = hashlib.sha256(json.dumps([*package.pinned(), metadata.version("chalice")]).encode())
    for path in _sources():
        digest.update(str(path.relative_to(package.ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    yield from (package.ROOT / name for name in ("app.py", "requirements.txt", "infra/package.py"))
    yield from sorted(path for path in (package.ROOT / "chalicelib").rglob("*") if path.is_file() and path.suffix != ".pyc")


def configured(stage: str) -> dict[str, Any]:
    """What the checkout's .chalice/config.json says, with the stage in it, whether it is listed there or not."""
    config: dict[str, Any] = json.loads((package.ROOT / ".chalice" / "config.json").read_text())
    ours = {"api_gateway_stage": GATEWAY_STAGE, **config.setdefault("stages", {}).get(stage, {})}
    ours["environment_variables"] = {**ours.get("environment_variables", {}), "POLYDESK_STAGE": stage}
    config["stages"][stage] = ours
    return config


def public_url(stage: str) -> str | None:
    """The address that the operator has chosen (a domain of his own), from the environment or config.json."""
    chosen = configured(stage)["stages"][stage]["environment_variables"].get("POLYDESK_PUBLIC_URL")
    return os.environ.get("POLYDESK_PUBLIC_URL") or chosen


def throttle(stage: str) -> int:
    """Requests a second that a stage's APIs take: POLYDESK_THROTTLE in config.json. Raises CannotDeploy for no number."""
    chosen = configured(stage)["stages"][stage]["environment_variables"].get("POLYDESK_THROTTLE", _THROTTLE)
    if not chosen.isdecimal() or not int(chosen):
        raise CannotDeploy(f"POLYDESK_THROTTLE of stage {stage} is {chosen!r}, and must be requests a second")
    return int(chosen)


def configure(stage: str, folder: Path, environment: Mapping[str, str]) -> None:
    """Writes the project's configuration: `environment` for all functions, and policies for this stage and region alone.

    Log groups are left to infra/functions.py: Chalice names the API handler's wrongly, and can't go on after a crash.
    """
    config = configured(stage)
    config["stages"][stage]["environment_variables"] |= environment
    for entry in [config, config["stages"][stage], *config.get("lambda_functions", {}).values()]:
        entry.pop("log_retention_in_days", None)
    target = folder / ".chalice"
    target.mkdir(exist_ok=True)
    (target / "config.json").write_text(json.dumps(config, indent=2))
    for policy in (package.ROOT / ".chalice").glob("policy*.json"):
        shutil.copy(policy, target)
    partition = boto3.session.Session().get_partition_for_region(here(stage))
    package.narrow(folder, stage, partition, here(stage), account())


def resources(stage: str, folder: Path) -> list[Any]:
    """Chalice's models of all that it is going to deploy."""
    environ = dict(os.environ)  # a copy, because it puts the functions' into it
    config = CLIFactory(str(folder), environ=environ).create_config_obj(stage)
    return list(DependencyBuilder().build_dependencies(ApplicationGraphBuilder().build(config, stage)))


def record(stage: str, folder: Path, deployed: list[dict[str, Any]]) -> None:
    """Tells Chalice what exists, in its own file."""
    path = _deployed(folder, stage)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"resources": deployed, "schema_version": "2.0", "backend": "api"}, indent=2))


def hand_back(stage: str, folder: Path) -> None:
    """Copies Chalice's file to the checkout, so that plain `chalice` commands know the stage as well."""
    ours = _deployed(package.ROOT, stage)
    ours.parent.mkdir(parents=True, exist_ok=True)
    ours.write_bytes(_deployed(folder, stage).read_bytes())


def _deployed(project: Path, stage: str) -> Path:
    return project / ".chalice" / "deployed" / f"{stage}.json"


def chalice(command: str, stage: str, folder: Path, streams: Mapping[str, str]) -> None:
    """Runs `chalice deploy` or `chalice delete` on the project. Raises CannotDeploy where it fails."""
    environment = os.environ | stack.variables(streams)
    ran = subprocess.run([package.CHALICE, "--project-dir", str(folder), command, "--stage", stage], env=environment)
    if ran.returncode:
        raise CannotDeploy(f"`chalice {command}` failed; mend what it says and run this again: it goes on from here")
