"""The demo account: an owner, three agents and a client of each api level. Their secrets are told once, into desk.json."""

from typing import Any

from infra import account

_AGENTS = ("Ada Agent", "Ben Agent", "Cleo Agent")


def create() -> dict[str, Any]:
    """Makes the account and returns what desk.json says of it. As the vendor's did, it believes whoever names an address."""
    agents = {f"{name.split()[0].lower()}@demo.example": name for name in _AGENTS}
    given: dict[str, str | bool] = {"welcome": "What can we do for you?", "trusts_addresses": True}
    return account.create("Demo", "Olive Owner", "owner@demo.example", agents, **given)
