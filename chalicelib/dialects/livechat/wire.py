"""LiveChat's requests and answers, with the documented names."""

import msgspec


class OneOperator(msgspec.Struct):
    """An operator by his e-mail."""

    email: str


class AddOn(msgspec.Struct):
    """An operator's part in an add-on: 1 active, 0 inactive."""

    status: int


class Operator(msgspec.Struct, rename={"add_ons": "addOns"}):
    """One operator: status 0 offline, 1 online, 2 away, 3 busy; active 1 where he may log in."""

    name: str
    email: str
    status: int
    active: int
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
    status: int
    active: int
    operator: bool
    add_ons: list[AddOn]
