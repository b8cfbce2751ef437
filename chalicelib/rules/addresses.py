"""Addresses: which ones anybody reaches, so that the desk may connect to them at somebody's request."""

import ipaddress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

#: What IANA's registry of special addresses has as not global, multicast and reserved ones, and one at which a cloud tells its
#: machines their secrets although it looks like any other.
_NOT_PUBLIC = [
    IPv4Network(one)
    for one in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
#: All of IPv6 that is given out to networks, and what of it is not: Teredo and other protocols' (2001::/23), documentation, 6to4,
#: segment routing.
_GLOBAL = IPv6Network("2000::/3")
_NOT_GLOBAL = [IPv6Network(one) for one in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
#: Prefixes that networks without IPv4 put before an IPv4 address, and where that stands in one.
_NAT64, _ISATAP = IPv6Network("64:ff9b::/96"), (0x5EFE, 0x0200_5EFE)


def is_public(address: str) -> bool:
    """Returns whether an address, as a resolver returns it, is one of the public internet. IPv6 with a zone is not."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return _is_public_4(found) if isinstance(found, IPv4Address) else _is_public_6(found)


def _is_public_4(address: IPv4Address) -> bool:
    return not any(address in network for network in _NOT_PUBLIC)


def _is_public_6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    last = IPv4Address(int(address) & 0xFFFF_FFFF)
    if address in _NAT64:
        return _is_public_4(last)
    if (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP and not _is_public_4(last):
        return False
    return address in _GLOBAL and not any(address in network for network in _NOT_GLOBAL)
