"""Text: cutting it without breaking it."""


def preview(body: str, most_bytes: int = 160) -> str:
    """The longest beginning of `body` that takes at most `most_bytes` in UTF-8."""
    return body.encode()[:most_bytes].decode(errors="ignore")


def visitor_email(person: str, account: str) -> str:
    """The stand-in address of somebody who gave none: first six characters of both uuids."""
    return f"{person[:6]}@{account[:6]}"
