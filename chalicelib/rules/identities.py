"""Signed identities: the shop's own server vouches for the customer that its page names."""

import hashlib
import hmac


def signature(secret: str, name: str) -> str:
    """Returns the HMAC-SHA256 of a customer's id or address under the account's secret, in hex."""
    return hmac.new(secret.encode(), name.encode(), hashlib.sha256).hexdigest()


def is_signed(secret: str, name: str, given: str) -> bool:
    """Returns whether `given` is the signature of a name. Compared in constant time, in any letter case."""
    return hmac.compare_digest(signature(secret, name).encode(), given.lower().encode())
