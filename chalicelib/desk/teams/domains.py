"""Domains: web sites of an account, with the agents who are given the chats that start there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from msgspec import UNSET, UnsetType

from chalicelib.context import ADMIN, AGENT, SYSTEM, VISITOR, Context
from chalicelib.desk.core import access, events, publishing
from chalicelib.desk.core.collections import Collection
from chalicelib.desk.core.errors import Forbidden, Invalid, NotFound
from chalicelib.desk.people import people, registration
from chalicelib.desk.people.people import Person
from chalicelib.rules import domains
from chalicelib.rules.domains import Domain as Domain
from chalicelib.rules.domains import OperatorRole as OperatorRole

#: Domains that an account may have, and agents of one: a domain's document stays below 20 KB.
MOST, MOST_OPERATORS = 100, 150
DOMAINS = Collection("domain", Domain, most=MOST, key="host")


@dataclass(frozen=True, slots=True)
class Change:
    """What to set of a domain; UNSET leaves a field as it is."""

    host: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


def list_cached(ctx: Context) -> dict[int, Domain]:
    """The account's domains by number, at most a minute old: no request where a warm process has them, else one."""
    return _by_number(DOMAINS.load(ctx))


@access.allow(VISITOR)
def list_fresh(ctx: Context) -> dict[int, Domain]:
    """The same as they are stored now: one request."""
    return _by_number(DOMAINS.load_fresh(ctx))


def _by_number(known: Mapping[str, Domain]) -> dict[int, Domain]:
    return {domain.number: domain for domain in known.values()}


def find_by_number(ctx: Context, number: int | None) -> Domain | None:
    """The domain of a chat, None where it has none or that is removed: read anew where it is not among those known."""
    if number is None:
        return None
    return list_cached(ctx).get(number) or list_fresh(ctx).get(number)


@access.allow(AGENT)
def get(ctx: Context, host: str) -> Domain:
    """One domain as it is stored now: one request. Raises Invalid, NotFound."""
    return DOMAINS.get(ctx, _host(host))


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
        domain = DOMAINS.load(ctx).get(page) if page else None
        return domain.number if domain and domain.is_active else None
    wanted = _host(host)
    domain = DOMAINS.load_with(ctx, wanted).get(wanted)
    if domain is None:
        raise NotFound("domain", host)
    if origin and page != wanted:
        raise Forbidden("this page is not the domain's")
    if not domain.is_active:
        raise Forbidden("the domain is switched off")
    return domain.number


@access.allow(ADMIN, access.DOMAINS)
def register(ctx: Context, host: str, email: str) -> Domain:
    """A new domain without agents: two requests. Raises Exists, and Invalid for what is no host, no address or one too many."""
    return DOMAINS.create(ctx, _canonical(Change(host, email)))


@access.allow(ADMIN, access.DOMAINS)
def change(ctx: Context, host: str, wanted: Change) -> bool:
    """Sets what is given: two requests. Returns whether that changed anything. Raises NotFound, Invalid, Exists."""
    return _publish_if_changed(ctx, *DOMAINS.change(ctx, _host(host), _canonical(wanted)))


def _canonical(wanted: Change) -> Change:
    host = UNSET if wanted.host is UNSET else _host(wanted.host)
    email = UNSET if wanted.email is UNSET else registration.canonical_email(wanted.email)
    return replace(wanted, host=host, email=email)


@access.allow(ADMIN, access.DOMAINS)
def remove(ctx: Context, host: str) -> None:
    """Removes a domain: two requests. Its chats are of none from then on, and its number never comes again. Raises NotFound."""
    DOMAINS.remove(ctx, _host(host))
    _publish_change(ctx)


@access.allow(ADMIN, access.DOMAINS, access.OPERATORS)
def assign(ctx: Context, host: str, agent: str) -> bool:
    """Makes an agent one of a domain's: two requests. Returns False where he is already. Raises NotFound, Invalid."""

    def joined(domain: Domain) -> Domain:
        if agent not in domain.operators and len(domain.operators) >= MOST_OPERATORS:
            raise Invalid("domain", f"has {MOST_OPERATORS} operators at most")
        return replace(domain, operators={agent: OperatorRole()} | dict(domain.operators))

    return _publish_if_changed(ctx, *DOMAINS.edit(ctx, _host(host), joined))


@access.allow(ADMIN, access.DOMAINS)
def set_role(ctx: Context, host: str, agent: str, flags: Mapping[str, bool]) -> bool:
    """Sets flags of an agent's part in a domain: two requests. Returns whether that changed anything. Raises NotFound."""

    def changed(domain: Domain) -> Domain:
        if agent not in domain.operators:
            raise NotFound("operator of the domain", agent)
        return replace(domain, operators={**domain.operators, agent: replace(domain.operators[agent], **flags)})

    return _publish_if_changed(ctx, *DOMAINS.edit(ctx, _host(host), changed))


@access.allow(ADMIN, access.DOMAINS)
def unassign(ctx: Context, host: str, agent: str) -> bool:
    """Takes an agent off a domain: two requests. Returns False where he is not one of its. Raises NotFound."""

    def left(domain: Domain) -> Domain:
        return replace(domain, operators={id_: part for id_, part in domain.operators.items() if id_ != agent})

    return _publish_if_changed(ctx, *DOMAINS.edit(ctx, _host(host), left))


def _publish_if_changed(ctx: Context, before: Domain, after: Domain) -> bool:
    if after != before:
        _publish_change(ctx)
    return after != before


def _publish_change(ctx: Context) -> None:
    """What waits may be another's now, or anybody's."""
    publishing.publish([events.DomainChanged(ctx.account, ctx.now)], ctx.now)


@access.allow(SYSTEM)
def forget(ctx: Context) -> None:
    """Drops what this process remembers of domains that another has changed."""
    DOMAINS.forget(ctx)


def _host(text: str) -> str:
    host = domains.host_of(text)
    if host is None:
        raise Invalid("domain", "must be a bare host name")
    return host
