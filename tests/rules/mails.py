"""Mails for tests of how they are read."""

from chalicelib.rules.mail_parsing import Mail, parse

HEAD = b"From: Ann Lee <Ann@Shop.example>\r\nTo: help@desk.example\r\nSubject: Order\r\nMessage-ID: <1@shop.example>\r\n"
PICTURE = b"\x89PNG\r\n\x1a\n\0\xff"


def mail(headers: str, body: bytes = b"hi") -> Mail:
    return parse(HEAD + headers.encode() + b"\r\n\r\n" + body)


def multipart(*parts: bytes, kind: bytes = b"mixed", boundary: bytes = b"b") -> bytes:
    inner = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    return b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"\r\n\r\n' + inner + b"--" + boundary + b"--\r\n"
