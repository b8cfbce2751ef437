"""LiveChat's requests and answers, with the documented names."""

from typing import Annotated, Any

import msgspec

from chalicelib.dialects import bounds
from chalicelib.dialects.bounds import Email, Host, Hosts, Id, Names, one_of

Presence = Annotated[int, one_of(0, 1, 2, 3)]
Switch = Annotated[int, one_of(0, 1)]


class OneOperator(msgspec.Struct):
    """An operator by e-mail. A bad e-mail is nobody's."""

    email: Id


class NewOperator(msgspec.Struct):
    """`operator/add`."""

    email: Email
    name: bounds.Name


class ChangeOperator(msgspec.Struct):
    """`operator/update`: status 1 or 0, domains that they serve, and permissions that an administrator gives."""

    email: Email
    status: bool
    domain: Hosts | Host | None = None
    permission: Names | None = None


class AddOn(msgspec.Struct):
    """An operator's part in an add-on: 1 active, 0 inactive."""

    status: Switch


class Operator(msgspec.Struct, rename={"add_ons": "addOns"}):
    """One operator: status 0 offline, 1 online, 2 away, 3 busy; active 1 if they may log in."""

    name: str
    email: str
    status: Presence
    active: Switch
    operator: bool
    add_ons: list[AddOn]


class Name(msgspec.Struct, rename="camel"):
    """A name in two parts."""

    last_name: str
    first_name: str


class ListedOperator(msgspec.Struct, rename={"add_ons": "addOns"}):
    """An operator in a list."""

    name: Name
    email: str
    status: Presence
    active: Switch
    operator: bool
    add_ons: list[AddOn]


class OperatorAdded(msgspec.Struct):
    """`operator/add`."""

    name: str
    email: str


class OneDomain(msgspec.Struct):
    """A domain by its bare host name."""

    domain: Host


class NewDomain(msgspec.Struct):
    """`domain/add`."""

    domain: Host
    email: Email


class ChangeDomain(msgspec.Struct):
    """`domain/update`: at least one of the last three."""

    domain: Host
    new_domain: Host | None = None
    status: bool | None = None
    email: Email | None = None


class DomainAdded(msgspec.Struct, rename="camel"):
    """`domain/add`: `link` is a script tag for the domain's pages, `socketLink` the WebSocket's address."""

    name: str
    email: str
    link: str
    socket_link: str


class DomainOperator(msgspec.Struct, rename="camel"):
    """An operator's role in a domain."""

    name: Name
    is_admin: bool
    chat_status: bool
    active: bool
    user_id: str
    email: str


class Domain(msgspec.Struct, rename="camel"):
    """One domain with its operators."""

    name: str
    email: str
    status: bool
    addon_unique_name: str
    operators: list[DomainOperator]


class ListedDomain(msgspec.Struct):
    """A domain of the list: `link` is the script tag for its pages."""

    name: str
    email: str
    status: bool
    link: str


class OperatorOfDomain(msgspec.Struct):
    """An operator and a domain."""

    domain: Host
    email: Email


class ChangePart(msgspec.Struct):
    """`domain/operator/update`: at least one of the last three."""

    domain: Host
    email: Email
    is_admin: bool | None = None
    online_status: bool | None = None
    active: bool | None = None


class Operators(msgspec.Struct):
    """What was done with operators, in words."""

    operators: str


class Access(msgspec.Struct):
    """Who has access: role admin or staff; status 1 or 0 for staff alone."""

    role: Annotated[str, one_of("admin", "staff")]
    status: Switch | None
    permission: list[Annotated[str, one_of("operators", "domains", "users")]]
    name: str
    email: str


class Plan(msgspec.Struct, rename={"subscription": "subscriptionID"}):
    """A plan that the organisation has booked."""

    name: str
    price: str
    features: str
    subscription: str | None


class OrganisationAddOn(msgspec.Struct, rename={"subscription": "subscriptionID"}, kw_only=True):
    """An add-on that the organisation has booked: status 1 active, 2 inactive. Tokens and configurations are null for staff."""

    name: str
    unique_name: str = msgspec.field(name="uniqueName")
    subscription: str | None
    status: Annotated[int, one_of(1, 2)]
    plan: str | None
    uvdesk_config: dict[str, Any] | None = msgspec.field(name="uvdeskConfig")
    scheduler_config: dict[str, Any] | None = msgspec.field(name="schedulerConfig")
    access_token: str | None = msgspec.field(name="accessToken")
    refresh_token: str | None = msgspec.field(name="refreshToken")


class Organisation(msgspec.Struct, rename="camel"):
    """The organisation: status 1 active, 0 blocked, 2 incomplete payment; `dummyDomain` where it has no domain yet."""

    status: Annotated[int, one_of(0, 1, 2)]
    dummy_domain: bool
    name: str
    email: str | None
    access: list[Access]
    plan: list[Plan]
    addon: list[OrganisationAddOn]
