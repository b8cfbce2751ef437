"""LiveChat's words for the desk's things. Pure: no clock, no I/O."""

from collections.abc import Sequence
from html import escape

from chalicelib import config
from chalicelib.context import ADMIN
from chalicelib.desk.accounts import organisations
from chalicelib.desk.accounts.accounts import Account
from chalicelib.desk.accounts.organisations import Bookings
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Missing
from chalicelib.desk.core.schemas import given
from chalicelib.desk.people.people import Person
from chalicelib.desk.teams import widget
from chalicelib.desk.teams.domains import Change, Domain, OperatorRole
from chalicelib.dialects.livechat import wire

#: The core's presence as this dialect's number.
STATUSES = {"offline": 0, "online": 1, "away": 2, "busy": 3}
#: The same of what an organisation owes.
_STANDINGS = {organisations.ACTIVE: 1, organisations.BLOCKED: 0, organisations.UNPAID: 2}
#: Flags of a domain's operator, by the name that the core gives them.
_FLAGS = {"is_admin": "is_admin", "takes_chats": "online_status", "is_active": "active"}


def operator(agent: Person) -> wire.Operator:
    """One operator."""
    return wire.Operator(agent.name, agent.email, _status(agent), int(agent.is_active), True, _add_ons(agent))


def listed(agent: Person) -> wire.ListedOperator:
    """An operator in a list."""
    return wire.ListedOperator(_name(agent), agent.email, _status(agent), int(agent.is_active), True, _add_ons(agent))


def _name(agent: Person) -> wire.Name:
    first, _, last = agent.name.partition(" ")
    return wire.Name(last, first)


def _status(agent: Person) -> int:
    return STATUSES[agent.presence or "offline"]


def _add_ons(agent: Person) -> list[wire.AddOn]:
    return [wire.AddOn(int(agent.is_active))]


def added(account: str, domain: Domain) -> wire.DomainAdded:
    """A new domain, with the script tag that shows a chat on its pages."""
    return wire.DomainAdded(domain.host, domain.email, _tag(account, domain), config.socket_url())


def _tag(account: str, domain: Domain) -> str:
    return f'<script async src="{escape(widget.address(account, domain))}"></script>'


def listed_domain(account: str, domain: Domain) -> wire.ListedDomain:
    """A domain of the list, with its script tag."""
    return wire.ListedDomain(domain.host, domain.email, domain.is_active, _tag(account, domain))


def domain(domain: Domain, operators: Sequence[tuple[Person, OperatorRole]]) -> wire.Domain:
    """One domain with its operators."""
    own = [domain_operator(agent, part) for agent, part in operators]
    return wire.Domain(domain.host, domain.email, domain.is_active, organisations.LIVE_CHAT, own)


def domain_operator(agent: Person, part: OperatorRole) -> wire.DomainOperator:
    """An operator's role in a domain."""
    return wire.DomainOperator(_name(agent), part.is_admin, part.takes_chats, part.is_active, agent.id, agent.email)


def change(request: wire.ChangeDomain) -> Change:
    """What to change about a domain. Raises Missing if nothing is given."""
    wanted = Change(given(request.new_domain), given(request.email), given(request.status))
    if wanted == Change():
        raise Missing("new_domain, status or email")
    return wanted


def flags(request: wire.ChangePart) -> dict[str, bool]:
    """What to set in an operator's role in a domain. Raises Missing if nothing is given."""
    given = {name: value for name, theirs in _FLAGS.items() if (value := getattr(request, theirs)) is not None}
    if not given:
        raise Missing("is_admin, online_status or active")
    return given


def organisation(account: Account, booked: Bookings, agents: Sequence[Person], *, has_domain: bool) -> wire.Organisation:
    """The organisation, and who has access to it."""
    return wire.Organisation(
        status=_STANDINGS[booked.status],
        dummy_domain=not has_domain,
        name=account.name,
        email=account.billing_email,
        access=[_access(agent) for agent in agents],
        plan=[wire.Plan(plan.name, plan.price, plan.features, plan.subscription) for plan in booked.plans],
        addon=[_add_on(add_on) for add_on in booked.add_ons],
    )


def _access(agent: Person) -> wire.Access:
    is_admin = agent.level == ADMIN
    status = None if is_admin else int(agent.is_active)
    return wire.Access("admin" if is_admin else "staff", status, access.permissions_of(agent), agent.name, agent.email)


def _add_on(add_on: organisations.AddOn) -> wire.OrganisationAddOn:
    return wire.OrganisationAddOn(
        name=add_on.name,
        unique_name=add_on.unique_name,
        subscription=add_on.subscription,
        status=1 if add_on.is_active else 2,
        plan=add_on.plan,
        uvdesk_config=add_on.uvdesk,
        scheduler_config=add_on.scheduler,
        access_token=add_on.access_token,
        refresh_token=add_on.refresh_token,
    )
