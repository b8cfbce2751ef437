"""LiveChat's endpoint table."""

from chalicelib.context import AGENT, Context
from chalicelib.desk.accounts import accounts, organisations
from chalicelib.desk.core.access import DOMAINS, OPERATORS, USERS
from chalicelib.desk.core.errors import Exists, Invalid, NotFound
from chalicelib.desk.people import agents, people, registration
from chalicelib.desk.people.people import Person
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.desk.teams import domains
from chalicelib.dialects.endpoint import Dialect, Endpoint, Nothing
from chalicelib.dialects.http import Cors
from chalicelib.dialects.livechat import auth, errors, mapping, wire
from chalicelib.dialects.livechat.errors import already

_BASE = "/auth/addon/live_chat"
_MOST_DOMAINS = 20
#: Declared by each call that names an operator or a domain.
_NAMED = (NotFound,)


def organisation(ctx: Context, request: Nothing) -> wire.Organisation:
    """`GET organisation`: the account, who has access to it, and what it has booked."""
    known, booked = domains.list_fresh(ctx), organisations.load(ctx)
    return mapping.organisation(accounts.load(ctx), booked, people.list_agents(ctx), has_domain=bool(known))


def add_operator(ctx: Context, request: wire.NewOperator) -> wire.OperatorAdded:
    """`POST operator/add`: a new operator, who chooses a password by the link for a forgotten one."""
    try:
        made = registration.create_agent(ctx, CreateAgent(request.email, request.name, None))
    except Exists:
        known = _known(ctx, request.email)
        if known is None or known.name != request.name:
            raise
        return already(wire.OperatorAdded(known.name, known.email))
    return wire.OperatorAdded(made.name, made.email)


def _known(ctx: Context, email: str) -> Person | None:
    try:
        return people.get_agent_by_email(ctx, email)
    except NotFound:
        return None


def get_operator(ctx: Context, request: wire.OneOperator) -> wire.Operator:
    """`GET operator/get`: one operator and their presence."""
    return mapping.operator(people.get_agent_by_email(ctx, request.email))


def list_operators(ctx: Context, request: Nothing) -> list[wire.ListedOperator]:
    """`GET operator/list`: all operators and their presence."""
    return [mapping.listed(agent) for agent in people.list_agents(ctx)]


def update_operator(ctx: Context, request: wire.ChangeOperator) -> str:
    """`PUT operator/update`: switches an operator on or off, ties them to domains, and sets what they may do."""
    hosts = _hosts(request)
    agent = people.get_agent_by_email(ctx, request.email)
    known = [domains.get(ctx, host) for host in hosts]
    changed = [agents.set_permissions(ctx, agent.id, request.permission)] if request.permission is not None else []
    changed.append(agent.is_active != request.status and agents.set_active(ctx, agent.id, on=request.status))
    changed += [domains.assign(ctx, domain.host, agent.id) for domain in known]
    return "Record Updated Successfully" if any(changed) else already("Record Is So Already")


def _hosts(request: wire.ChangeOperator) -> list[str]:
    given = [request.domain] if isinstance(request.domain, str) else request.domain or []
    if given and not request.status:
        raise Invalid("domain", "is for status 1 alone")
    if len(given) > _MOST_DOMAINS:
        raise Invalid("domain", f"has more than {_MOST_DOMAINS} entries")
    return list(dict.fromkeys(given))


def add_domain(ctx: Context, request: wire.NewDomain) -> wire.DomainAdded:
    """`POST domain/add`: registers a domain, without operators yet."""
    try:
        return mapping.added(ctx.account, domains.register(ctx, request.domain, request.email))
    except Exists as there:
        domain = domains.get(ctx, there.id)
        if domain.email != registration.canonical_email(request.email):
            raise
        return already(mapping.added(ctx.account, domain))


def get_domain(ctx: Context, request: wire.OneDomain) -> wire.Domain:
    """`GET domain/get`: one domain with its operators."""
    domain = domains.get(ctx, request.domain)
    return mapping.domain(domain, domains.list_operators(ctx, domain))


def list_domains(ctx: Context, request: Nothing) -> list[wire.ListedDomain]:
    """`GET domain/list`: all domains, each with the script tag for its pages."""
    return [mapping.listed_domain(ctx.account, one) for one in domains.list_fresh(ctx).values()]


def update_domain(ctx: Context, request: wire.ChangeDomain) -> str:
    """`PUT domain/update`: another name, another address, on or off."""
    changed = domains.change(ctx, request.domain, mapping.change(request))
    return "Domain Update Successfully" if changed else already("Domain Is So Already")


def delete_domain(ctx: Context, request: wire.OneDomain) -> str:
    """`DELETE domain/delete`: removes a domain. Its chats stay, with no domain."""
    domains.remove(ctx, request.domain)
    return "Domain Deleted Successfully"


def add_domain_operator(ctx: Context, request: wire.OperatorOfDomain) -> str:
    """`POST domain/operator/add`: the operator may get the domain's chats."""
    changed = domains.assign(ctx, request.domain, people.get_agent_by_email(ctx, request.email).id)
    return "Operator Added Successfully" if changed else already("Operator Is In The Domain Already")


def update_domain_operator(ctx: Context, request: wire.ChangePart) -> wire.Operators:
    """`PUT domain/operator/update`: sets flags of an operator's role in the domain."""
    flags = mapping.flags(request)
    changed = domains.set_role(ctx, request.domain, people.get_agent_by_email(ctx, request.email).id, flags)
    return wire.Operators("Operator Updated Successfully") if changed else already(wire.Operators("Operator Is So Already"))


def remove_domain_operator(ctx: Context, request: wire.OperatorOfDomain) -> wire.Operators:
    """`PUT domain/operator/remove`: the operator gets no more chats of the domain."""
    changed = domains.unassign(ctx, request.domain, people.get_agent_by_email(ctx, request.email).id)
    return (
        wire.Operators("Operator Updated Successfully") if changed else already(wire.Operators("Operator Is Not In The Domain"))
    )


def list_domain_operators(ctx: Context, request: wire.OneDomain) -> list[wire.DomainOperator]:
    """`GET domain/operator/list`: a domain's operators and their roles in it."""
    return [mapping.domain_operator(*each) for each in domains.list_operators(ctx, domains.get(ctx, request.domain))]


def delete_user(ctx: Context, request: wire.OneOperator) -> wire.Operators:
    """`DELETE user/delete`: removes an operator or a contact.

    Their messages keep their name; their conversations go to others.
    """
    agents.remove(ctx, people.get_by_email(ctx, request.email).id)
    return wire.Operators("User Deleted Successfully")


LIVECHAT = Dialect(
    name="LiveChat",
    admit=auth.admit,
    fail=errors.fail,
    wrap=errors.wrap,
    envelope=errors.envelope,
    security={
        "LiveChat": {"type": "apiKey", "in": "header", "name": "api_token", "description": "an api key whose use is liveChat"},
        "LiveChatAccess": {"type": "apiKey", "in": "header", "name": "access_token", "description": "the same, or a token"},
        "LiveChatBearer": {"type": "http", "scheme": "bearer", "description": "a token of /oauth/token"},
    },
    cors=Cors(methods="GET, POST, PUT, DELETE, OPTIONS", headers="Content-Type, Authorization, api_token, access_token"),
    endpoints=[
        Endpoint("GET", "/auth/organisation", organisation, AGENT),
        Endpoint("POST", f"{_BASE}/operator/add", add_operator, OPERATORS),
        Endpoint("GET", f"{_BASE}/operator/get", get_operator, AGENT, raises=_NAMED),
        Endpoint("GET", f"{_BASE}/operator/list", list_operators, AGENT),
        Endpoint("PUT", f"{_BASE}/operator/update", update_operator, OPERATORS, raises=_NAMED),
        Endpoint("POST", f"{_BASE}/domain/add", add_domain, DOMAINS),
        Endpoint("GET", f"{_BASE}/domain/get", get_domain, AGENT, raises=_NAMED),
        Endpoint("GET", f"{_BASE}/domain/list", list_domains, AGENT),
        Endpoint("PUT", f"{_BASE}/domain/update", update_domain, DOMAINS, raises=_NAMED),
        Endpoint("DELETE", f"{_BASE}/domain/delete", delete_domain, DOMAINS, raises=_NAMED),
        Endpoint("POST", f"{_BASE}/domain/operator/add", add_domain_operator, DOMAINS, raises=_NAMED),
        Endpoint("PUT", f"{_BASE}/domain/operator/update", update_domain_operator, DOMAINS, raises=_NAMED),
        Endpoint("PUT", f"{_BASE}/domain/operator/remove", remove_domain_operator, DOMAINS, raises=_NAMED),
        Endpoint("GET", f"{_BASE}/domain/operator/list", list_domain_operators, AGENT, raises=_NAMED),
        Endpoint("DELETE", "/auth/user/delete", delete_user, USERS, raises=_NAMED),
    ],
)
