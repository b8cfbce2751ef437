"""Domains: web sites of an account, with the agents who serve the chats that start there."""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from chalicelib.context import ADMIN, AGENT, SYSTEM, VISITOR, Context
from chalicelib.desk.core import access, account_events, publishing
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


class Change(msgspec.Struct, frozen=True):
    """What to set of a domain. UNSET leaves a field as it is."""

    host: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


def list_cached(ctx: Context) -> dict[int, Domain]:
    """Returns the account's domains by number, at most a minute old. No request where a warm process has them, else one."""
    return _by_number(DOMAINS.load(ctx))


@access.allow(VISITOR)
def list_fresh(ctx: Context) -> dict[int, Domain]:
    """Returns the same as they are stored now. One request."""
    return _by_number(DOMAINS.load_fresh(ctx))


def _by_number(known: Mapping[str, Domain]) -> dict[int, Domain]:
    return {domain.number: domain for domain in known.values()}


def find_by_number(ctx: Context, number: int | None) -> Domain | None:
    """Returns the domain of a chat, None if it has none or the domain was removed. Reads again if the number is not known."""
    if number is None:
        return None
    return list_cached(ctx).get(number) or list_fresh(ctx).get(number)


@access.allow(AGENT)
def get(ctx: Context, host: str) -> Domain:
    """Returns a domain as it is stored now. One request. Raises Invalid, NotFound."""
    return DOMAINS.get(ctx, _host(host))


@access.allow(AGENT)
def list_operators(ctx: Context, domain: Domain) -> list[tuple[Person, OperatorRole]]:
    """Returns a domain's agents by number, each with their role in it. One request."""
    return [(agent, domain.operators[agent.id]) for agent in people.list_agents(ctx) if agent.id in domain.operators]


def agents_serving(ctx: Context, agents: list[Person], number: int | None) -> list[Person]:
    """Returns the agents for chats of a domain, all for None."""
    return domains.serving(agents, find_by_number(ctx, number))


@access.allow(VISITOR)
def find_by_page(ctx: Context, host: str | None, origin: str | None) -> int | None:
    """Returns the number of the domain whose page a visitor is on, by `host` or else by the browser's Origin header.

    None for an origin that is not one of the account's domains. If `host` is given, the page must be on it. Raises NotFound,
    Invalid, Forbidden for another page and for a domain that is switched off.
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
    """Creates a domain without agents. Two requests. Raises Exists, Invalid for a bad host or address or one too many."""
    return DOMAINS.create(ctx, _canonical(Change(host, email)))


@access.allow(ADMIN, access.DOMAINS)
def change(ctx: Context, host: str, wanted: Change) -> bool:
    """Sets the given fields. Two requests. Returns whether that changed anything. Raises NotFound, Invalid, Exists."""
    return _publish_if_changed(ctx, *DOMAINS.change(ctx, _host(host), _canonical(wanted)))


def _canonical(wanted: Change) -> Change:
    host = UNSET if wanted.host is UNSET else _host(wanted.host)
    email = UNSET if wanted.email is UNSET else registration.canonical_email(wanted.email)
    return replace(wanted, host=host, email=email)


@access.allow(ADMIN, access.DOMAINS)
def remove(ctx: Context, host: str) -> None:
    """Removes a domain. Two requests. Its chats belong to none from then on, and its number is never used again. Raises
    NotFound.
    """
    DOMAINS.remove(ctx, _host(host))
    _publish_change(ctx)


@access.allow(ADMIN, access.DOMAINS, access.OPERATORS)
def assign(ctx: Context, host: str, agent: str) -> bool:
    """Makes an agent an operator of a domain. Two requests. Returns False if they are one already. Raises NotFound, Invalid."""

    def joined(domain: Domain) -> Domain:
        if agent not in domain.operators and len(domain.operators) >= MOST_OPERATORS:
            raise Invalid("domain", f"has {MOST_OPERATORS} operators at most")
        return replace(domain, operators={agent: OperatorRole()} | dict(domain.operators))

    return _publish_if_changed(ctx, *DOMAINS.edit(ctx, _host(host), joined))


@access.allow(ADMIN, access.DOMAINS)
def set_role(ctx: Context, host: str, agent: str, flags: Mapping[str, bool]) -> bool:
    """Sets flags of an agent's role in a domain. Two requests. Returns whether that changed anything. Raises NotFound."""

    def changed(domain: Domain) -> Domain:
        if agent not in domain.operators:
            raise NotFound("operator of the domain", agent)
        return replace(domain, operators={**domain.operators, agent: replace(domain.operators[agent], **flags)})

    return _publish_if_changed(ctx, *DOMAINS.edit(ctx, _host(host), changed))


@access.allow(ADMIN, access.DOMAINS)
def unassign(ctx: Context, host: str, agent: str) -> bool:
    """Takes an agent off a domain. Two requests. Returns False if they are not one of its operators. Raises NotFound."""

    def left(domain: Domain) -> Domain:
        return replace(domain, operators={id_: part for id_, part in domain.operators.items() if id_ != agent})

    return _publish_if_changed(ctx, *DOMAINS.edit(ctx, _host(host), left))


def _publish_if_changed(ctx: Context, before: Domain, after: Domain) -> bool:
    if after != before:
        _publish_change(ctx)
    return after != before


def _publish_change(ctx: Context) -> None:
    """Lets routing look at what waits, which may be for other agents now."""
    publishing.publish([account_events.DomainChanged(ctx.account, ctx.now)], ctx.now)


@access.allow(SYSTEM)
def forget(ctx: Context) -> None:
    """Drops what this process remembers of domains that another process has changed."""
    DOMAINS.forget(ctx)


def _host(text: str) -> str:
    host = domains.host_of(text)
    if host is None:
        raise Invalid("domain", "must be a bare host name")
    return host
