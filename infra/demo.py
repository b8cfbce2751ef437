"""The demo account: an owner, three agents and a client of each api level. Their secrets are shown once, in desk.json."""

from typing import Any

from infra import account

_AGENTS = ("Ada Agent", "Ben Agent", "Cleo Agent")


def create() -> dict[str, Any]:
    """Opens the account and returns what desk.json says of it. Like the vendor's, it trusts visitors who name an address."""
    agents = {f"{name.split()[0].lower()}@demo.example": name for name in _AGENTS}
    given: dict[str, str | bool] = {"welcome": "What can we do for you?", "trusts_addresses": True}
    return account.create("Demo", "Olive Owner", "owner@demo.example", agents, **given)
