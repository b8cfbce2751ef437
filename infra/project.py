"""The Chalice project of a stage, in a folder of its own: packaged once, configured again by every command."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from email.utils import parseaddr
from importlib import metadata
from pathlib import Path
from typing import Any

import boto3
from chalice.cli.factory import CLIFactory
from chalice.deploy.appgraph import ApplicationGraphBuilder, DependencyBuilder

from infra import package, stack
from infra.aws import APP, CannotDeploy, account, here

GATEWAY_STAGE = "v1"
#: What the gateway lets through where nothing else is said: a hundred times what a busy desk of fifty agents asks.
THROTTLE = "500/1000"
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
    folder = Path(shutil.copytree(build / _PACKAGE, build / stage))
    if variable(stage, "POLYDESK_DOCS") == "1":
        package.with_viewer(folder)
    if search_domain(stage):
        package.with_opensearch(folder)
    return folder


def _digest() -> str:
    """What the package is made from: our sources, and the files that are vendored by their hashes."""
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
    """Returns the address that the operator has chosen (their own domain), from the environment or config.json."""
    chosen = configured(stage)["stages"][stage]["environment_variables"].get("POLYDESK_PUBLIC_URL")
    return os.environ.get("POLYDESK_PUBLIC_URL") or chosen


def setting(stage: str, name: str) -> Any:
    """The value of a name in .chalice/config.json, for the stage or for all."""
    config = configured(stage)
    return config["stages"][stage].get(name, config.get(name))


def gateway_stage(stage: str) -> str:
    """The gateway's own stage, the first segment of its addresses."""
    return str(configured(stage)["stages"][stage]["api_gateway_stage"])


def throttle(stage: str) -> str:
    """Requests a second, and at once, that the gateway lets through: `rate/burst`, from the environment or config.json."""
    return str(os.environ.get("POLYDESK_THROTTLE") or setting(stage, "throttle") or THROTTLE)


def variable(stage: str, name: str) -> str:
    """What .chalice/config.json sets an environment variable of the stage's functions to, for the stage or for all."""
    config = configured(stage)
    variables = config.get("environment_variables", {}) | config["stages"][stage]["environment_variables"]
    return str(variables.get(name, "")).strip()


def check_sender(stage: str) -> str:
    """Returns the address that the stage's own mail is from; empty where it sends none. Raises CannotDeploy for what is no
    address.
    """
    given = variable(stage, "POLYDESK_MAIL_FROM")
    _, address = parseaddr(given)
    if given and not re.fullmatch(r"[^@\s*?]+@[^@\s*?]+\.[^@\s*?]+", address):
        raise CannotDeploy(f"POLYDESK_MAIL_FROM must be an address, or a name and an address, not {given!r}")
    return address


def mail_domain(stage: str) -> str:
    """The domain whose mail the stage gets; empty where it gets none. Raises CannotDeploy if it is not a domain."""
    given = variable(stage, "POLYDESK_MAIL_DOMAIN").lower()
    if given and not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", given):
        raise CannotDeploy(f"POLYDESK_MAIL_DOMAIN must be a domain, such as mail.shop.example, not {given!r}")
    return given


def search_domain(stage: str) -> str:
    """The ARN of the OpenSearch domain that keeps the stage's words; empty where none does. Raises CannotDeploy for an address
    without it, an ARN without an address, and what is neither.
    """
    address, arn = variable(stage, "POLYDESK_SEARCH"), variable(stage, "POLYDESK_SEARCH_ARN")
    if not address and not arn:
        return ""
    if not re.fullmatch(r"https://[\w.-]+(:\d+)?/?", address):
        raise CannotDeploy(f"POLYDESK_SEARCH must be the address of an OpenSearch domain, https://…, not {address!r}")
    region = here(stage)
    if not re.fullmatch(rf"arn:aws[a-z-]*:es:{region}:\d{{12}}:domain/[a-z][a-z0-9-]{{2,27}}", arn):
        form = f"arn:aws:es:{region}:<account>:domain/<name>"
        raise CannotDeploy(f"POLYDESK_SEARCH_ARN must be the ARN of POLYDESK_SEARCH's domain, {form}, not {arn!r}")
    return arn


def configure(stage: str, folder: Path, environment: Mapping[str, str], sockets: str | None = None) -> None:
    """Writes the project's configuration: `environment` for all functions, and policies as `bind` does.

    What Chalice does not do as we want it is left out: log groups (it names the API handler's wrongly, and can't go on after
    a crash) and tracing (it traces the gateway as well, see gateway.configure) are infra/functions.py's.
    """
    config = configured(stage)
    config["stages"][stage]["environment_variables"] |= environment
    for entry in [config, config["stages"][stage], *config.get("lambda_functions", {}).values()]:
        for name in ("log_retention_in_days", "xray", "throttle"):
            entry.pop(name, None)
    target = folder / ".chalice"
    target.mkdir(exist_ok=True)
    (target / "config.json").write_text(json.dumps(config, indent=2))
    bind(stage, folder, sockets)


def bind(stage: str, folder: Path, sockets: str | None) -> dict[str, Any]:
    """Writes policies for this stage and region alone, and the WebSocket API `sockets`; returns them by the role's name."""
    target, region = folder / ".chalice", here(stage)
    for policy in (package.ROOT / ".chalice").glob("policy-*.json"):
        shutil.copy(policy, target)
    partition = boto3.session.Session().get_partition_for_region(region)
    bounds = package.Bounds(stage, partition, region, account(), gateway_stage(stage), sockets, search_domain(stage))
    package.narrow(folder, bounds)
    bound = {path.stem.removeprefix("policy-"): json.loads(path.read_text()) for path in target.glob("policy-*.json")}
    return {f"{APP}-{stage}-{function}": document for function, document in bound.items()}


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
