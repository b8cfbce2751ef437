"""Accounts: what a company has set. Read as a whole, in one request a minute."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import asdict, replace

from chalicelib import config
from chalicelib.context import ADMIN, AGENT, SYSTEM, VISITOR, Context
from chalicelib.desk.accounts.account_checks import ALLOCATIONS as ALLOCATIONS
from chalicelib.desk.accounts.account_checks import EVERYONE as EVERYONE
from chalicelib.desk.accounts.account_checks import GROUP as GROUP
from chalicelib.desk.accounts.account_checks import LEAST_LOADED as LEAST_LOADED
from chalicelib.desk.accounts.account_checks import check_change
from chalicelib.desk.accounts.auto_close import AUTO_CLOSE
from chalicelib.desk.accounts.auto_close import set_auto_close as set_auto_close
from chalicelib.desk.core import access, account_events, documents, later, publishing, setting_logs
from chalicelib.desk.core.documents import ACCOUNT, Document, Partition
from chalicelib.desk.core.errors import NOT_OWNER, Forbidden, Invalid, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.core.schemas import Secret
from chalicelib.desk.core.setting_logs import Subject
from chalicelib.models import settings
from chalicelib.models.event_logs import LogEntry
from chalicelib.models.settings import Setting
from chalicelib.models.stamps import Stamp
from chalicelib.rules import deadlines, presence, redirects
from chalicelib.rules.allocation import Allocation
from chalicelib.rules.deadlines import AutoClose as AutoClose

#: Name of the row of settings that is the account itself, and its kind.
_KIND = "account"
NAME = f"{_KIND}#"
#: Set in teams/allocation.py.
AUTO_ALLOCATION = Document("auto_allocation", Allocation, partition=ACCOUNT)
_MOST_REDIRECTS = 10
#: How many people one e-mail of an account can go to.
MOST_RECIPIENTS = 50
#: Milliseconds after which all processes know of a change: how long they trust what they have read, plus the longest call.
_KNOWN_TO_ALL = (config.CACHE_SECONDS + 30) * 1000


class Client(msgspec.Struct, frozen=True):
    """A program that calls for the account: its public key, its level, and its secret's digest if it has a secret."""

    key: str
    level: str
    secret: Secret[str | None] = None
    #: Addresses to which a login page may send people back with a code for this client.
    redirect_uris: Sequence[str] = ()
    #: How often its secret was renewed.
    token_version: int = 0


class Account(msgspec.Struct, frozen=True):
    """An account and its settings. Times are epoch milliseconds."""

    id: str
    name: str
    owner: str
    created_at: int
    updated_at: int
    allocation: str = LEAST_LOADED
    welcome: str | None = None
    #: The warning that a silent visitor gets.
    warning: str = "Are you still there? This chat will be closed soon if we hear nothing from you."
    #: The account's own words for a presence, as `{"lunch": "away"}`.
    status_aliases: dict[str, str] = msgspec.field(default_factory=dict)
    #: Seconds until an agent without a socket is away, and from then on offline.
    away_after: int = presence.AWAY_AFTER
    offline_after: int = presence.OFFLINE_AFTER
    #: Seconds until a chat without a message is closed.
    expire_after: int = deadlines.EXPIRE_AFTER
    #: From which offline agents a chat goes to another when its customer writes (rules.presence).
    hand_over: str = presence.LOST
    auto_close: AutoClose = msgspec.field(default_factory=AutoClose)
    #: Who gets a conversation that is routed.
    auto_allocation: Allocation = msgspec.field(default_factory=Allocation)
    company: str | None = None
    icon: str | None = None
    #: How its chat looks on a web page: any CSS colour, and a style of the client's own.
    launcher_color: str | None = None
    launcher_style: str | None = None
    #: The away message, and whether visitors get it.
    offline_message: str | None = None
    tells_offline: bool | None = None
    billing_email: str | None = None
    #: The IANA name of the zone in which its days begin.
    time_zone: str = "UTC"
    #: Whether a visitor who names a customer's e-mail or user id acts as that customer unsigned (people/identities.py).
    trusts_addresses: bool = False
    #: By the dialect's label.
    clients: dict[str, Client] = msgspec.field(default_factory=dict)
    #: The account whose console its owner signed up in. The owner may log in there, too.
    opened_in: str | None = None
    removed_at: int | None = None
    #: When all that it had stored was removed (privacy/account_removal.py).
    emptied_at: int | None = None

    @property
    def routed(self) -> bool:
        """Whether routing gives each conversation to one agent: as its auto allocation says, else as its allocation does."""
        own = self.auto_allocation
        return self.allocation != EVERYONE if own.is_enabled is None or own.under != self.allocation else own.is_enabled

    @property
    def by_group(self) -> bool:
        """Whether visitors wait in a queue, of a group or of the distributors, until an agent is there for them."""
        return self.allocation == GROUP

    @property
    def grace(self) -> presence.Grace:
        """How long an agent may be without a socket."""
        return presence.Grace(self.away_after, self.offline_after)

    def looks_again_at(self, now: int) -> int | None:
        """Returns when routing looks again at a conversation that waits from `now` on, both epoch milliseconds."""
        return deadlines.reassign_at(now, 0, self.auto_close) if self.routed else None


class Change(msgspec.Struct, frozen=True):
    """What to change about an account. None leaves a field as it is, an empty text clears it."""

    name: str | None = None
    company: str | None = None
    icon: str | None = None
    allocation: str | None = None
    welcome: str | None = None
    launcher_color: str | None = None
    launcher_style: str | None = None
    offline_message: str | None = None
    tells_offline: bool | None = None
    billing_email: str | None = None
    time_zone: str | None = None
    #: All of the account's own words for a presence, and seconds of grace (rules.presence).
    status_aliases: Mapping[str, str] | None = None
    away_after: int | None = None
    offline_after: int | None = None
    #: Only the owner changes it.
    trusts_addresses: bool | None = None
    #: Seconds until a chat without a message is closed.
    expire_after: int | None = None
    #: From which agents who are offline a chat goes to another when its customer writes (rules.presence.HANDED_OVER).
    hand_over: str | None = None
    #: All addresses of a client, by its label. Only the owner changes them.
    redirect_uris: Mapping[str, Sequence[str]] | None = None


@access.allow(VISITOR)
def load(ctx: Context) -> Account:
    """Returns the caller's account, at most a minute old. No request where a warm process has it, else one for it and its
    groups.

    Raises NotFound, also for a removed one, which only background work still sees.
    """
    account = documents.load(ctx, ACCOUNT).value("account", _from_partition)
    if account is None:
        forget(ctx.account)  # it may be opened in a moment
    if account is None or (account.removed_at and ctx.caller.level != SYSTEM):
        raise NotFound("account", ctx.account)
    return account


@access.allow(AGENT)
def load_signup_account(ctx: Context) -> str | None:
    """Returns the account whose console the caller's was signed up in: its login page's client belongs there."""
    return load(ctx).opened_in


def load_many(ids: Sequence[str]) -> list[Account]:
    """Returns the accounts that exist, in the order asked for, without their auto-close and allocation. One request."""
    rows = settings.get_many(ids, NAME)
    found = [from_document(id_, rows[id_].document) for id_ in ids if id_ in rows]
    return [account for account in found if not account.removed_at]


def _from_partition(partition: Partition) -> Account | None:
    row = partition.rows.get(NAME)
    if row is None:
        return None
    return replace(
        from_document(row.account, row.document, AUTO_CLOSE.of(partition)), auto_allocation=AUTO_ALLOCATION.of(partition)
    )


def load_for_update(ctx: Context) -> tuple[Account, Setting]:
    """Returns the account as it is stored now, without its auto-close, and its row to write over. One request.

    Raises NotFound.
    """
    row = settings.get(ctx.account, NAME)
    if row is None or row.document.get("removed_at"):
        raise NotFound("account", ctx.account)
    return from_document(ctx.account, row.document), row


def from_document(account: str, document: dict[str, Any], auto_close: AutoClose = AutoClose()) -> Account:
    """Returns an account from its document."""
    clients = {label: Client(**client) for label, client in document.get("clients", {}).items()}
    return Account(id=account, auto_close=auto_close, **{**document, "clients": clients})


def new_row(account: str, document: dict[str, Any]) -> Setting:
    """Returns the row of a new account."""
    return Setting(account, NAME, document=document)


def emptied_at(removed_at: int) -> int:
    """Returns when an account that was removed then is emptied."""
    return removed_at + config.EMPTIED_AFTER_DAYS * 86_400_000


def plan_emptying(ctx: Context, event: account_events.AccountEmptied) -> None:
    """Has an account emptied, or emptied further, when the event is due. One request."""
    later.hold(ctx, event, f"{event.account}#emptied")


def emptied(document: Mapping[str, Any], now: int) -> dict[str, Any]:
    """Returns what stays of a removed account's document: when it was opened, removed and emptied."""
    kept = {name: document[name] for name in ("created_at", "removed_at")}
    return {"name": "", "owner": "", "updated_at": now, "emptied_at": now, "clients": {}, **kept}


def log_of(ctx: Context, row: Setting, document: dict[str, Any]) -> list[LogEntry]:
    """Returns what is logged of an account's new document. No request where a warm process has the account, else one."""
    before, version = row.document, (row.version or 0) + 1
    return documents.log_of(ctx, Subject(ctx.account, _KIND, Account), before, document, version)


def log_of_new(row: Setting, stamp: Stamp) -> list[LogEntry]:
    """Returns what is logged of a new account."""
    until = stamp.at // 1000 + documents.KEPT_DAYS * 86_400
    return setting_logs.entries(Subject(row.account, _KIND, Account), None, row.document, 1, stamp, until)


def forget(account: str) -> None:
    """Drops what this process remembers of an account that has just been changed, and of its groups."""
    documents.forget(account, ACCOUNT)


@access.allow(ADMIN)
def change(ctx: Context, wanted: Change) -> Account:
    """Changes the given fields. Two requests. Other processes know after a minute at most.

    A new allocation is published to routing twice: at once, and when every process knows of it. The second time is put on the
    queue before the change is written, so that it is not lost. Raises Forbidden unless the caller is an administrator, Invalid.
    """
    given = {name: value for name, value in asdict(wanted).items() if value is not None}
    new_redirects = given.pop("redirect_uris", None)
    check_change(given)

    def attempt() -> Account:
        account, row = load_for_update(ctx)
        if wanted.trusts_addresses is not None and ctx.caller.person != account.owner:
            raise Forbidden("only the owner says whose word is believed", NOT_OWNER)
        changes_routing = given.get("allocation", account.allocation) != account.allocation
        if changes_routing:
            publish_routing_change(ctx, later=True)
        cleared = {name: None if value == "" else value for name, value in given.items()}
        document = {**row.document, **cleared, "updated_at": ctx.now}
        if new_redirects is not None:
            document["clients"] = {label: asdict(client) for label, client in _redirected(ctx, account, new_redirects).items()}
        settings.put(row, document, log_of(ctx, row, document))
        if changes_routing:
            publish_routing_change(ctx)
        return from_document(ctx.account, document)

    changed = retry_on_conflict(ctx, attempt)
    forget(ctx.account)
    return changed


def publish_routing_change(ctx: Context, *, later: bool = False) -> None:
    """Lets routing look at everything that waits: now, or when every process knows of a change."""
    due_at = ctx.now + _KNOWN_TO_ALL if later else ctx.now
    publishing.publish([account_events.RoutingChanged(ctx.account, ctx.now, due_at)], ctx.now)


def _redirected(ctx: Context, account: Account, wanted: Mapping[str, Sequence[str]]) -> dict[str, Client]:
    if ctx.caller.person != account.owner:
        raise Forbidden("only the owner says where a client's codes go", NOT_OWNER)
    for label, addresses in wanted.items():
        if label not in account.clients or len(addresses) > _MOST_REDIRECTS:
            raise Invalid("redirect_uris", f"are of clients that there are, {_MOST_REDIRECTS} at most of each")
        if not all(map(redirects.is_redirect, addresses)):
            raise Invalid("redirect_uris", "must be https addresses (or of this machine) without a fragment")
    return account.clients | {label: replace(account.clients[label], redirect_uris=list(wanted[label])) for label in wanted}
