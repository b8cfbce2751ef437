"""The demo account: an owner, three agents and a client of each api level. Their secrets are told once, into desk.json."""

import secrets
from typing import Any

from chalicelib import context
from chalicelib.context import ADMIN, AGENT, Caller, Context
from chalicelib.desk import accounts, clients, people, tokens
from chalicelib.desk.people import CreateAgent, Person
from chalicelib.dialects.ppmessage.auth import LEVELS
from chalicelib.rules import passwords

_AGENTS = ("Ada Agent", "Ben Agent", "Cleo Agent")
_CLIENTS = ("PPCOM", "PPKEFU", "PPCONSOLE", "THIRD_PARTY_KEFU", "THIRD_PARTY_CONSOLE")


def create() -> dict[str, Any]:
    """Makes the account and returns what desk.json says of it."""
    ctx = context.system()
    ctx = ctx.acting(Caller(ctx.new_id(), ADMIN))
    owner, owner_password = _agent(ctx, "Olive Owner", "owner@demo.example", ADMIN)
    accounts.create(ctx, "Demo", owner.id, welcome="What can we do for you?")
    agents = [_agent(ctx, name, f"{name.split()[0].lower()}@demo.example", AGENT) for name in _AGENTS]
    holder = Caller(ctx.account, ADMIN, owner.id, owner.number)
    return {
        "account": {"app_uuid": ctx.account, "name": "Demo"},
        "owner": {"email": owner.email, "password": owner_password, "user_uuid": owner.id},
        "agents": [
            {"email": agent.email, "password": password, "user_uuid": agent.id, "id": agent.number} for agent, password in agents
        ],
        "ppmessage": {label: _client(ctx, label) for label in _CLIENTS},
        "anytime": {"email": owner.email, "api_key": tokens.issue(ctx, holder, tokens.KEY, None, name=owner.email)},
        "livechat": {"api_token": tokens.issue(ctx, holder, tokens.KEY, None)},
    }


def _agent(ctx: Context, name: str, email: str, level: str) -> tuple[Person, str]:
    password = secrets.token_urlsafe(12)
    return people.create_agent(ctx, CreateAgent(email, name, passwords.wire(password), level)), password


def _client(ctx: Context, label: str) -> dict[str, str]:
    key, secret = clients.create(ctx, label, LEVELS[label])
    return {"api_key": key, "api_secret": secret}
