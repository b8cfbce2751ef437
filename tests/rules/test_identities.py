"""Signatures of identities: the plain form that shops' servers make for other desks, too."""

from chalicelib.rules import identities

#: RFC 4231, test case 2.
KEY, DATA = "Jefe", "what do ya want for nothing?"
DIGEST = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_a_signature_is_the_hmac_sha256_in_hex() -> None:
    assert identities.signature(KEY, DATA) == DIGEST
    assert identities.is_signed(KEY, DATA, DIGEST) and identities.is_signed(KEY, DATA, DIGEST.upper())


def test_nothing_else_is_one() -> None:
    for secret, name, given in (
        ("other", DATA, DIGEST),
        (KEY, DATA.upper(), DIGEST),
        (KEY, DATA, DIGEST[:-1]),
        (KEY, DATA, f"{DIGEST}0"),
        (KEY, DATA, ""),
        (KEY, DATA, "é" * 64),
    ):
        assert not identities.is_signed(secret, name, given)
