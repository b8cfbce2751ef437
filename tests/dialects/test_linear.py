"""No parser of what clients send takes longer for a nasty text than for a plain one: all are linear.

CPU time of this process, the best of several runs, so that a busy machine does not matter. A quadratic parser is beyond the
factor by far: it takes a hundred times as long and more.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import pytest

from chalicelib.desk.conversations.files import disposition
from chalicelib.desk.core.errors import DeskError
from chalicelib.dialects import endpoint, forms, http, queries
from chalicelib.dialects.anytime import conversation_lists, conversations, shapes
from chalicelib.dialects.http import Request
from chalicelib.dialects.ppmessage import pages
from chalicelib.dialects.ppmessage.mapping import files, socket
from chalicelib.models.files import File
from chalicelib.rules import (
    data_pictures,
    delivery_reports,
    domains,
    emails,
    hosts,
    html,
    html_quotes,
    ids,
    mail_parsing,
    quotes,
    rate_limits,
    redirects,
    text,
)
from chalicelib.rules.mail_headers import Headers

#: Times longer than for a plain text that a nasty one may take, and the shortest time that is told from none, in seconds.
FACTOR, LEAST = 40, 0.002
RUNS = 3
KIND = "multipart/form-data; boundary=x"


class Parser(NamedTuple):
    """What reads a text of so many characters; a plain one is a repeated `plain`, nasty ones repeat the others."""

    read: Callable[[str], Any]
    plain: str
    nasty: tuple[str, ...]
    length: int = 40_000


def part(header: str) -> bytes:
    """A form of one part, whose headers have this line."""
    return f'--x\r\nContent-Disposition: form-data; name="a"; {header}\r\n\r\n1\r\n--x--\r\n'.encode()


def named(name: str) -> str:
    return disposition(File("a", kind="file", mime="a/b", name=name, size=1, created_at=1))


def mail_headers(given: str) -> mail_parsing.Mail:
    one = given.encode()
    return mail_parsing.parse(b"From: %s\nSubject: %s\nReferences: %s\nContent-Type: text/plain; %s\n\nhi" % (one, one, one, one))


def mail_start(given: str) -> bytes:
    return b"Content-Type: multipart/mixed; boundary=b\n\n" + given.encode()


#: Beginnings and pieces of markup, and signs that mean something to one parser or another.
MARKUP = [
    "<",
    "</",
    "<!",
    "<!--",
    "<!-- -",
    "<!-->",
    "-->",
    "<![",
    "]]>",
    "<?",
    "<a ",
    "<a b='",
    '<a b="',
    "<a b=",
    "<a =",
    "<a/",
]
MARKUP += [
    "\n",
    "\xa0",
    "</a ",
    "&",
    "&#",
    "&#9",
    "&#x",
    "&amp",
    "<script>",
    "<script></",
    "<style></styl",
    "<title>",
    "<template>",
]
MARKUP += [
    "<ul><li>x",
    "<pre>\n",
    "<td>",
    "<br>",
    "<head>",
    "<p><",
    "<a href=http://b>c",
    "<a href='http://b'>",
    "\xa0",
    "\n",
    " ",
]
QUOTED_MARKUP = (
    "<blockquote type=cite>",
    "<blockquote>x:</blockquote>",
    "<div class=gmail_quote>",
    "<pre>\n\n",
    "<div><p></div>",
)
#: Lines that a quote may begin with, and pieces of a mail in parts.
QUOTED = (
    *(mark * 300 + ":\n" for mark in "a<@-. "),
    "a:\n",
    "On 4.5.2020 15:21 a <a@b> wrote:\n",
    "From: a <a@b>\nSent: x\n",
    "-- \n",
    "> a\nb\n",
    "12 a\n12 b\n12 c:\n> q\n",
)
QUOTED += (
    "##- x\n",
    "a>",
    "a: <a@b>\nb: 2020 12:12\n",
    "<\n\n",
    "---- Original",
    "_____\n",
    "Sent from my iPhone\n",
    "x " * 190 + "a@b:\n",
)
MAIL = (
    "\n--b",
    "--b",
    "\n--b\n",
    "\n--b\n" + "x" * 500,
    "--",
    "\r\n--b--",
    "\n--b\nContent-Type: text/html\n\n<meta ",
)


def reported(given: str) -> None:
    """Reads a text as a server's report."""
    mail = mail_parsing.Mail(text=given, subject=given, automatic="report")
    delivery_reports._in_words(mail, Headers({"x-failed-recipients": [given]}))
    delivery_reports.ids(mail)


MARKS = (*""" ,;="\\'?%&[]*@.-a0é""", "=?", "\x00", "🙂")
PARSERS = {
    "HTML": Parser(html.to_text, "<p>some words</p>", tuple(MARKUP), 60_000),
    "a mail's HTML": Parser(html_quotes.split_html, "<p>some words</p>", (*MARKUP[:4], *QUOTED_MARKUP), 20_000),
    "pictures in a mail's HTML": Parser(
        lambda given: data_pictures.taken_out(given, 100, lambda mime, data: ""),
        '<img src="data:image/png;base64,AAAA">',
        (" src=", " src = ", " src=data:image/", ' src="data:image/', " src='data:image/a,", "data:image/", "%4", *MARKS),
    ),
    "a mail's text": Parser(quotes.split_text, "some words\n", (*QUOTED, *MARKS[::2]), 20_000),
    "a mail's headers": Parser(mail_headers, "some words ", ("(", "<", "a@", "a,", ";a=", "; a*0=x", "=?a?q?", *MARKS), 15_000),
    "a mail": Parser(lambda given: mail_parsing.parse(mail_start(given)), "some words, a line\r\n", MAIL, 400_000),
    "a server's report": Parser(reported, "some words\n", ("<", "<a@", " a@b", "<a@b>:\n", "delay", "\n---", *MARKS), 90_000),
    "If-Match": Parser(conversations.versions, '"12", ', ('W/"', '"', "W/", '"1', '"0', "W", *MARKS)),
    "Accept-Language": Parser(pages.words, "en;q=0.5, ", ("en;", "q=", "en-", ";q=0.", "9", *MARKS)),
    "Accept-Encoding": Parser(http.accepts_gzip, "gzip;q=0.1, ", (";q=", "gzip", "0.", *MARKS)),
    "If-None-Match": Parser(lambda given: http.has_etag(given, '"a"'), '"b", ', ("W/", *MARKS)),
    "Content-Type": Parser(lambda given: Request("", "", headers={"content-type": given}).media_type, "a/b; c=d", MARKS),
    "Authorization": Parser(lambda given: Request("", "", headers={"authorization": given}).credential("x"), "x yz", MARKS),
    "a form": Parser(lambda given: Request("", "", body=given.encode()).form, "a=bcdefghijk", MARKS),
    "a form's boundary": Parser(lambda given: forms.parts(f"multipart/form-data; {given}", b""), "a=b; ", MARKS, 10_000),
    "a form with files": Parser(lambda given: forms.parts(KIND, given.encode()), "--x\r\n", ("\r\n--", "\r\n--x", "\r", *MARKS)),
    "a part's header": Parser(lambda given: forms.parts(KIND, part(given)), "a=b; ", ("; filename*=", '\\"', *MARKS), 4_000),
    "a file's name in a form": Parser(
        lambda given: forms.file_name(given.encode(), given.encode()),
        "filename=abc; ",
        ("=?a?b?", "=?utf-8?q?=", "=?utf-8?b?", "; filename*=utf-8'", "; filename*", '"\\', *MARKS),
    ),
    "a query": Parser(lambda given: queries.unfolded({given: "1", "a[b]": "2"}), "a[b]", ("a[", "]", "[]", *MARKS)),
    "a complaint": Parser(endpoint.explained, "some words", ("Object missing required field `", " - at `$", "`$", "`", *MARKS)),
    "JSON": Parser(lambda given: Request("", "", body=given.encode()).json, '{"a": 1}', ('{"a":', "[", "\\u", "1", "-", *MARKS)),
    "a cursor": Parser(conversation_lists.read_cursor, "YWJj", MARKS),
    "a time": Parser(lambda given: shapes.read_moment(given, "a", 0), "2016-05-18", ("1", "T", ":", "+", *MARKS)),
    "includes": Parser(lambda given: shapes.includes(given, frozenset({"a"})), "a,", MARKS),
    "a file's name": Parser(text.file_name, "name.txt", ("/", "\\", "\u202e", *MARKS)),
    "a file's name as a widget asks": Parser(files.misspelt, "name.txt", ("é0", "(", *MARKS)),
    "a file's name in a header": Parser(named, "name.txt", MARKS),
    "a file's id": Parser(lambda given: (files.named_text(given), files.named_file(given)), "txt-a.b", ("txt-", "thum-", *MARKS)),
    "a pid": Parser(socket.handle, "a:b:1", (":", "9", *MARKS)),
    "a media type": Parser(text.media_type, "image/png", ("a/", "a", "+", "/", *MARKS)),
    "an e-mail": Parser(lambda given: emails.is_address(emails.canonical(given)), "a@b.example", ("a@", "ü.", *MARKS)),
    "a host": Parser(hosts.to_ascii, "shop.example", ("ü.", "xn--", "。", "\u0300", "\u200d", *MARKS)),
    "a domain": Parser(domains.host_of, "shop.example", ("www.", "ü.", "1.", *MARKS)),
    "an origin": Parser(domains.host_of_origin, "https://a.example", ("https://", "[", ":", "/", "//", *MARKS)),
    "a redirect": Parser(redirects.is_redirect, "https://a.example/", ("https://", ":", "/", *MARKS)),
    "a uuid": Parser(ids.is_uuid, "0190a5f2-7a00-7000-8000-000000000001", ("0", "0-", *MARKS)),
    "an address of a network": Parser(rate_limits.network_of, "127.0.0.1", (":", "0:", "1.", *MARKS)),
}  # fmt: skip


def seconds(parser: Parser, unit: str) -> float:
    given, taken = (unit * parser.length)[: parser.length], []
    for _ in range(RUNS):
        began = time.process_time()
        with suppress(DeskError, ValueError):
            parser.read(given)
        taken.append(time.process_time() - began)
        if taken[-1] < LEAST:
            break
    return min(taken)


@pytest.mark.parametrize("name", PARSERS)
def test_a_nasty_text_takes_no_longer_than_a_plain_one(name: str) -> None:
    parser = PARSERS[name]
    most = FACTOR * max(seconds(parser, parser.plain), LEAST)
    slow = {unit: taken for unit in parser.nasty if (taken := seconds(parser, unit)) > most}
    assert slow == {}


def test_a_quadratic_parser_is_found() -> None:
    import re

    cutting = Parser(lambda given: re.sub(r"<[^>]*>", "", given), "<p>some words</p>", ("<",), 20_000)
    assert seconds(cutting, "<") > FACTOR * max(seconds(cutting, cutting.plain), LEAST)
