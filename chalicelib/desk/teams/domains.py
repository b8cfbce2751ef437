"""Domains: web sites of an account, with the agents who are given the chats that start there."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from chalicelib.context import ADMIN, AGENT, SYSTEM, VISITOR, Context
from chalicelib.desk.core import access, events, publishing
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.errors import Exists, Forbidden, Invalid, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import people, registration
from chalicelib.desk.people.people import Person
from chalicelib.models import sequences, settings
from chalicelib.models.settings import Setting
from chalicelib.rules import domains
from chalicelib.rules.domains import Domain as Domain
from chalicelib.rules.domains import OperatorRole as OperatorRole

#: Domains that an account may have, and agents of one: a domain's document stays below 20 KB.
MOST, MOST_OPERATORS = 100, 150
_known: TimedCache[dict[int, Domain]] = TimedCache()


@dataclass(frozen=True, slots=True)
class Change:
    """What to set of a domain; None leaves a field as it is."""

    host: str | None = None
    email: str | None = None
    is_active: bool | None = None


def list_cached(ctx: Context) -> dict[int, Domain]:
    """The account's domains by number, at most a minute old: no request where a warm process has them, else one."""
    found = _known.get(ctx.account, ctx.now)
    return list_fresh(ctx) if found is None else found


@access.allow(VISITOR)
def list_fresh(ctx: Context) -> dict[int, Domain]:
    """The same as they are stored now: one request."""
    rows = settings.load(_setting_kind(ctx)).values()
    every = [_shown(row) for row in rows]
    return _known.put(ctx.account, {domain.number: domain for domain in every}, ctx.now)


def find_by_number(ctx: Context, number: int | None) -> Domain | None:
    """The domain of a chat, None where it has none or that is removed: read anew where it is not among those known."""
    if number is None:
        return None
    return list_cached(ctx).get(number) or list_fresh(ctx).get(number)


@access.allow(AGENT)
def get(ctx: Context, host: str) -> Domain:
    """One domain as it is stored now: one request. Raises Invalid, NotFound."""
    return _shown(_row(ctx, _host(host)))


@access.allow(AGENT)
def list_operators(ctx: Context, domain: Domain) -> list[tuple[Person, OperatorRole]]:
    """A domain's agents by number, each with his part in it: one request."""
    return [(agent, domain.operators[agent.id]) for agent in people.list_agents(ctx) if agent.id in domain.operators]


def agents_serving(ctx: Context, agents: list[Person], number: int | None) -> list[Person]:
    """Those of the agents whom a chat of a domain, or of none, is for."""
    return domains.serving(agents, find_by_number(ctx, number))


@access.allow(VISITOR)
def find_by_page(ctx: Context, host: str | None, origin: str | None) -> int | None:
    """The number of the domain whose page a visitor is on, by its host or else by his browser's Origin header.

    An origin that is no domain of the account's is of none. Where `host` is named the page must be one of it.
    Raises NotFound, Invalid, Forbidden for another page and for a domain that is switched off.
    """
    page = domains.host_of_origin(origin) if origin else None
    if host is None:
        domain = _of_host(list_cached(ctx), page) if page else None
        return domain.number if domain and domain.is_active else None
    wanted = _host(host)
    domain = _of_host(list_cached(ctx), wanted) or _of_host(list_fresh(ctx), wanted)
    if domain is None:
        raise NotFound("domain", host)
    if origin and page != wanted:
        raise Forbidden("this page is not the domain's")
    if not domain.is_active:
        raise Forbidden("the domain is switched off")
    return domain.number


def _of_host(known: Mapping[int, Domain], host: str) -> Domain | None:
    return next((domain for domain in known.values() if domain.host == host), None)


@access.allow(ADMIN, access.DOMAINS)
def register(ctx: Context, host: str, email: str) -> Domain:
    """A new domain without agents: three requests. Raises Exists, and Invalid for what is no host, no address or one too many."""
    name, address = _host(host), registration.canonical_email(email)
    there = list_fresh(ctx)
    if _of_host(there, name):
        raise Exists("domain", name)
    if len(there) >= MOST:
        raise Invalid("domain", f"an account has {MOST} at most")
    made = Domain(sequences.next_number(ctx.account, "domain"), name, address, ctx.now, ctx.now)
    if not settings.create(Setting(_setting_kind(ctx), name), asdict(made)):
        raise Exists("domain", name)
    _known.forget(ctx.account)
    return made


@access.allow(ADMIN, access.DOMAINS)
def change(ctx: Context, host: str, wanted: Change) -> bool:
    """Sets what is given: two requests. Returns whether that changed anything. Raises NotFound, Invalid, Exists."""
    given: dict[str, Any] = {name: value for name, value in asdict(wanted).items() if value is not None}
    given |= {"host": _host(wanted.host)} if wanted.host is not None else {}
    given |= {"email": registration.canonical_email(wanted.email)} if wanted.email is not None else {}
    return _changed(ctx, host, lambda domain: replace(domain, **given))


@access.allow(ADMIN, access.DOMAINS)
def remove(ctx: Context, host: str) -> None:
    """Removes a domain: two requests. Its chats are of none from then on, and its number never comes again. Raises NotFound."""
    name = _host(host)
    retry_on_conflict(ctx, lambda: settings.delete(_row(ctx, name)))
    _publish_change(ctx)


@access.allow(ADMIN, access.DOMAINS, access.OPERATORS)
def assign(ctx: Context, host: str, agent: str) -> bool:
    """Makes an agent one of a domain's: two requests. Returns False where he is already. Raises NotFound, Invalid."""

    def joined(domain: Domain) -> Domain:
        if agent not in domain.operators and len(domain.operators) >= MOST_OPERATORS:
            raise Invalid("domain", f"has {MOST_OPERATORS} operators at most")
        return replace(domain, operators={agent: OperatorRole()} | dict(domain.operators))

    return _changed(ctx, host, joined)


@access.allow(ADMIN, access.DOMAINS)
def set_role(ctx: Context, host: str, agent: str, flags: Mapping[str, bool]) -> bool:
    """Sets flags of an agent's part in a domain: two requests. Returns whether that changed anything. Raises NotFound."""

    def changed(domain: Domain) -> Domain:
        if agent not in domain.operators:
            raise NotFound("operator of the domain", agent)
        return replace(domain, operators={**domain.operators, agent: replace(domain.operators[agent], **flags)})

    return _changed(ctx, host, changed)


@access.allow(ADMIN, access.DOMAINS)
def unassign(ctx: Context, host: str, agent: str) -> bool:
    """Takes an agent off a domain: two requests. Returns False where he is not one of its. Raises NotFound."""

    def left(domain: Domain) -> Domain:
        return replace(domain, operators={id_: part for id_, part in domain.operators.items() if id_ != agent})

    return _changed(ctx, host, left)


def _changed(ctx: Context, host: str, change_: Callable[[Domain], Domain]) -> bool:
    name = _host(host)

    def attempt() -> bool:
        row = _row(ctx, name)
        before = _shown(row)
        after = change_(before)
        if after == before:
            return False
        _write(ctx, row, replace(after, updated_at=ctx.now))
        return True

    changed = retry_on_conflict(ctx, attempt)
    if changed:
        _publish_change(ctx)
    return changed


def _write(ctx: Context, row: Setting, domain: Domain) -> None:
    """Under its host, which may be another one by now."""
    if row.name == domain.host:
        settings.put(row, asdict(domain))
        return
    if settings.get(_setting_kind(ctx), domain.host):
        raise Exists("domain", domain.host)
    settings.move(row, domain.host, asdict(domain))


def _publish_change(ctx: Context) -> None:
    """What waits may be another's now, or anybody's."""
    _known.forget(ctx.account)
    publishing.publish([events.DomainChanged(ctx.account, ctx.now)], ctx.now)


@access.allow(SYSTEM)
def forget(ctx: Context) -> None:
    """Drops what this process remembers of domains that another has changed."""
    _known.forget(ctx.account)


def _setting_kind(ctx: Context) -> str:
    return f"{ctx.account}#domains"


def _row(ctx: Context, host: str) -> Setting:
    row = settings.get(_setting_kind(ctx), host)
    if row is None:
        raise NotFound("domain", host)
    return row


def _shown(row: Setting) -> Domain:
    parts = {id_: OperatorRole(**part) for id_, part in row.document["operators"].items()}
    return Domain(**{**row.document, "operators": parts})


def _host(text: str) -> str:
    host = domains.host_of(text)
    if host is None:
        raise Invalid("domain", "must be a bare host name")
    return host
