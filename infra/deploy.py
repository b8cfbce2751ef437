"""`make deploy STAGE=…`: the stack, `chalice deploy`, what Chalice can't set, and a walk through what is served.

Every step looks at AWS first and does what is left to do, so the command can be repeated after any failure, on any machine.
"""

import argparse
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

from infra import adopt, functions, gateway, mappings, project, protection, smoke, stack, watch
from infra.aws import CannotDeploy, account, here, run, say


def main() -> int:
    """Deploys what is checked out; returns the exit code."""
    parser = argparse.ArgumentParser(description="Deploys a stage; safe to repeat.")
    parser.add_argument("stage")
    parser.add_argument("--no-smoke", action="store_true", help="without the walk at the end")
    parser.add_argument(
        "--watch", metavar="EMAIL", help='alarms and a dashboard from now on, and who gets the alarms by e-mail ("": nobody)'
    )
    given = parser.parse_args()
    return run(partial(deploy, given.stage, walk=not given.no_smoke, watched_by=given.watch))


def deploy(stage: str, walk: bool = True, watched_by: str | None = None) -> None:
    """Brings the stage to what is checked out. `watched_by` is as in watch.apply. Raises CannotDeploy."""
    say("deploy", f"{stage} in {here(stage)}, account {account()}")
    adopt.roles(stage)  # before anything is made in the wrong region
    _check_settings(stage)
    stack.apply(stage, project.mail_domain(stage))
    protection.apply(stage)
    folder = project.prepare(stage)
    streams = stack.streams(stage)
    before = adopt.find(stage, streams.values())
    _code(stage, folder, streams, before)
    after = adopt.find(stage, streams.values())
    _check(stage, folder, after)
    functions.set_policies(project.bind(stage, folder, after.websocket_api))
    mappings.configure(stage, after.mappings)
    functions.tag_roles(after.roles, here(stage))
    environment = _addresses(stage, after)
    functions.configure(after.functions.values(), environment, traced=bool(project.setting(stage, "xray")))
    _gateway(stage, after)
    watch.apply(stage, watched_by)
    if walk:
        smoke.walk(environment["POLYDESK_PUBLIC_URL"])
    _offer_account(stage, environment["POLYDESK_PUBLIC_URL"])
    say("ready", environment["POLYDESK_PUBLIC_URL"])


def _check_settings(stage: str) -> None:
    """Raises CannotDeploy for a bad setting."""
    gateway.Throttle.of(project.throttle(stage))
    project.check_sender(stage)
    project.mail_domain(stage)
    project.search_domain(stage)


def _code(stage: str, folder: Path, streams: dict[str, str], before: adopt.Found) -> None:
    """Runs `chalice deploy`, with a record of what exists."""
    project.configure(stage, folder, _addresses(stage, before), before.websocket_api)
    project.record(stage, folder, before.records(stage))
    say("adopt", f"{len(before.records(stage))} resources are there")
    functions.log_groups(_function_names(stage, folder), _days(stage))
    project.chalice("deploy", stage, folder, streams)
    project.hand_back(stage, folder)


def _function_names(stage: str, folder: Path) -> list[str]:
    return sorted({model.function_name for model in project.resources(stage, folder) if hasattr(model, "function_name")})


def _days(stage: str) -> int:
    """Returns how many days logs are kept."""
    return int(project.setting(stage, "log_retention_in_days") or 30)


def _addresses(stage: str, found: adopt.Found) -> dict[str, str]:
    """Returns the addresses that functions get: where they are and where files are. Fewer before there is an API."""
    gateway_stage = project.gateway_stage(stage)
    http = project.public_url(stage) or (found.rest_api and gateway.url(found.rest_api, gateway_stage))
    sockets = found.websocket_api and gateway.url(found.websocket_api, gateway_stage)
    given = {"POLYDESK_PUBLIC_URL": http, "POLYDESK_SOCKET_API": sockets, "POLYDESK_ATTACHMENTS": stack.bucket(stage)}
    return {name: address.rstrip("/") for name, address in given.items() if address}


def _check(stage: str, folder: Path, found: adopt.Found) -> None:
    """Raises CannotDeploy unless everything is there that the app declares."""
    missing = found.missing(project.resources(stage, folder), stage)
    if missing:
        raise CannotDeploy(f"`chalice deploy` left out {', '.join(missing)}")
    say("chalice", f"{len(found.functions)} functions, {len(found.mappings)} mappings, {len(found.rules)} schedules")


def _offer_account(stage: str, address: str) -> None:
    """Shows a link for a first account on a stage that has had none. A process of its own, because the desk's modules are of one
    stage. Raises CannotDeploy.
    """
    command = [sys.executable, "-m", "infra.setup", "--first", "--address", address]
    if subprocess.run(command, env=os.environ | {"POLYDESK_STAGE": stage}).returncode:
        raise CannotDeploy("the link for a first account could not be made; run this again, or `make setup`")


def _gateway(stage: str, found: adopt.Found) -> None:
    gateway_stage, throttle = project.gateway_stage(stage), gateway.Throttle.of(project.throttle(stage))
    if found.rest_api:
        gateway.configure(found.rest_api, gateway_stage, throttle)
        gateway.log_access(stage, found.rest_api, gateway_stage, account(), _days(stage))
    if found.websocket_api:
        gateway.throttle_sockets(found.websocket_api, gateway_stage, throttle)


if __name__ == "__main__":
    sys.exit(main())
