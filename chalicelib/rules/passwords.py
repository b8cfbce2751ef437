"""Passwords: hashed slowly with a salt, compared in constant time.

Clients of the PPMessage dialect send the SHA-1 hex of a password, never the password, so that hex text is the secret.
"""

import hashlib
import hmac

_N, _R, _P = 1 << 14, 8, 1


def wire(password: str) -> str:
    """Returns the SHA-1 hex of a password, the form in which every dialect's password is checked."""
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest()


def hashed(wire_password: str, salt: bytes) -> str:
    """Returns `salt$hash`, both hex: scrypt of the wire password (about 50 ms, 16 MiB)."""
    key = hashlib.scrypt(wire_password.lower().encode(), salt=salt, n=_N, r=_R, p=_P)
    return f"{salt.hex()}${key.hex()}"


def matches(wire_password: str, stored: str | None) -> bool:
    """Returns whether the wire password is the stored one. Takes the same time if none is stored."""
    salt = bytes.fromhex((stored or "00").split("$")[0])
    return hmac.compare_digest(hashed(wire_password, salt), stored or "")
