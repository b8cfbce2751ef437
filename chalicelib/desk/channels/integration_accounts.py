"""Integration accounts: accounts at other services (a social network's page, say) that a site's own programs connect with."""

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.core import access
from chalicelib.desk.core.collections import Collection, Entry

#: Integration accounts of an account, and characters of each text.
MOST, LONGEST = 100, 256


class IntegrationAccount(Entry, frozen=True, kw_only=True):
    """An account at another service: the app there, the account's name and its id there."""

    app: str
    name: str = ""
    original_id: str = ""
    is_enabled: bool = True


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What to set of an integration account. UNSET leaves a field as it is, an empty text clears it."""

    app: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    original_id: str | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET


INTEGRATION_ACCOUNTS = Collection(
    "integration_account", IntegrationAccount, most=MOST, longest=dict.fromkeys(["app", "name", "original_id"], LONGEST)
)


@access.allow(AGENT)
def list_all(ctx: Context) -> list[IntegrationAccount]:
    """Returns the integration accounts in the order of creation. One request."""
    return [*INTEGRATION_ACCOUNTS.load_fresh(ctx).values()]


@access.allow(AGENT)
def get(ctx: Context, number: int) -> IntegrationAccount:
    """Returns an integration account by its number. One request where the process is warm. Raises NotFound."""
    return INTEGRATION_ACCOUNTS.get_by_number(ctx, number)


@access.allow(ADMIN)
def create(ctx: Context, given: Change) -> IntegrationAccount:
    """Creates an integration account: two requests. Raises Invalid."""
    return INTEGRATION_ACCOUNTS.create(ctx, given)


@access.allow(ADMIN)
def change(ctx: Context, number: int, wanted: Change) -> IntegrationAccount:
    """Sets what is given: three requests. Raises NotFound, Invalid."""
    return INTEGRATION_ACCOUNTS.change(ctx, get(ctx, number).id, wanted)[1]


@access.allow(ADMIN)
def remove(ctx: Context, number: int) -> None:
    """Removes an integration account: three requests. Raises NotFound."""
    INTEGRATION_ACCOUNTS.remove(ctx, get(ctx, number).id)
