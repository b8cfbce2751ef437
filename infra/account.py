"""`make account STAGE=… NAME=… EMAIL=…`: opens an account on a deployed desk, with its owner. Its secrets are shown once.

The owner adds more agents through the APIs. The stage is POLYDESK_STAGE, as for every use case.
"""

import argparse
import json
import secrets
import sys
from collections.abc import Mapping
from functools import partial
from typing import Any

from chalicelib import config, context
from chalicelib.context import ADMIN, Caller, Context
from chalicelib.desk.accounts import organisations
from chalicelib.desk.accounts.organisations import Bookings, Plan
from chalicelib.desk.auth import tokens
from chalicelib.desk.core.errors import Exists
from chalicelib.desk.people import owners, registration
from chalicelib.desk.people.owners import NewAccount
from chalicelib.desk.people.people import Person
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.dialects.ppmessage.auth import CLIENTS
from chalicelib.rules import passwords
from infra import stack
from infra.aws import CannotDeploy, here, run


def create(name: str, owner: str, email: str, agents: Mapping[str, str], **given: str | bool) -> dict[str, Any]:
    """Opens an account with its owner, `agents` (names by e-mail) and a client of each api level. Returns what to keep.

    `given` are settings of the account. Raises Exists for an e-mail that is taken.
    """
    password = secrets.token_urlsafe(12)
    opened = owners.sign_up(
        context.system(),
        CreateAgent(email, owner, passwords.wire(password)),
        NewAccount(name, CLIENTS, with_secrets=frozenset(CLIENTS), settings=given),
    )
    first, ctx = opened.owner, context.system().acting(Caller(opened.account.id, ADMIN))
    organisations.save(ctx, Bookings(plans=(Plan("Self-hosted", "0", "all"),)))
    others = [_agent(ctx, called, address) for address, called in agents.items()]
    holder = Caller(ctx.account, ADMIN, first.id, first.number)
    return {
        "account": {"app_uuid": ctx.account, "name": name},
        "owner": {"email": first.email, "password": password, "user_uuid": first.id},
        "agents": [
            {"email": agent.email, "password": secret, "user_uuid": agent.id, "id": agent.number} for agent, secret in others
        ],
        "ppmessage": {label: {"api_key": told.key, "api_secret": told.secret} for label, told in opened.credentials.items()},
        "anytime": {"email": first.email, "api_key": tokens.issue(ctx, holder, tokens.KEY, None, name=first.email)},
        "livechat": {"api_token": tokens.issue(ctx, holder, tokens.KEY, None)},
    }


def _agent(ctx: Context, name: str, email: str) -> tuple[Person, str]:
    password = secrets.token_urlsafe(12)
    return registration.create_agent(ctx, CreateAgent(email, name, passwords.wire(password))), password


def main() -> int:
    """Prints the new account as JSON; returns the exit code."""
    parser = argparse.ArgumentParser(description="Makes an account on a deployed desk and prints its secrets, once.")
    parser.add_argument("name", help="of the company")
    parser.add_argument("email", help="of the owner")
    given = parser.parse_args()
    return run(partial(_tell, given.name, given.email))


def _tell(name: str, email: str) -> None:
    if not name or "@" not in email:
        raise CannotDeploy("say NAME=… (the company) and EMAIL=… (its owner's)")
    region = here(config.STAGE)
    if not stack.exists(config.STAGE):
        raise CannotDeploy(f"stage {config.STAGE} is not deployed in {region}")
    try:
        print(json.dumps(create(name, "Owner", email, {}), indent=2))
    except Exists as error:
        raise CannotDeploy(f"{email} is an agent on this desk already") from error


if __name__ == "__main__":
    sys.exit(main())
