"""The demo account: an owner, three agents and a client of each api level. Their secrets are told once, into desk.json."""

import secrets
from typing import Any

from chalicelib import context
from chalicelib.context import ADMIN, Caller, Context
from chalicelib.desk import owners, people, tokens
from chalicelib.desk.owners import NewAccount
from chalicelib.desk.people import CreateAgent, Person
from chalicelib.dialects.ppmessage.auth import CLIENTS
from chalicelib.rules import passwords

_AGENTS = ("Ada Agent", "Ben Agent", "Cleo Agent")


def create() -> dict[str, Any]:
    """Makes the account and returns what desk.json says of it."""
    owner_password = secrets.token_urlsafe(12)
    settings = {"welcome": "What can we do for you?"}
    opened = owners.sign_up(
        context.system(),
        CreateAgent("owner@demo.example", "Olive Owner", passwords.wire(owner_password)),
        NewAccount("Demo", CLIENTS, with_secrets=frozenset(CLIENTS), settings=settings),
    )
    owner, ctx = opened.owner, context.system().acting(Caller(opened.account.id, ADMIN))
    agents = [_agent(ctx, name, f"{name.split()[0].lower()}@demo.example") for name in _AGENTS]
    holder = Caller(ctx.account, ADMIN, owner.id, owner.number)
    return {
        "account": {"app_uuid": ctx.account, "name": "Demo"},
        "owner": {"email": owner.email, "password": owner_password, "user_uuid": owner.id},
        "agents": [
            {"email": agent.email, "password": password, "user_uuid": agent.id, "id": agent.number} for agent, password in agents
        ],
        "ppmessage": {label: {"api_key": told.key, "api_secret": told.secret} for label, told in opened.credentials.items()},
        "anytime": {"email": owner.email, "api_key": tokens.issue(ctx, holder, tokens.KEY, None, name=owner.email)},
        "livechat": {"api_token": tokens.issue(ctx, holder, tokens.KEY, None)},
    }


def _agent(ctx: Context, name: str, email: str) -> tuple[Person, str]:
    password = secrets.token_urlsafe(12)
    return people.create_agent(ctx, CreateAgent(email, name, passwords.wire(password))), password
