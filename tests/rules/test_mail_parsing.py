"""Mails as they come: their texts, addresses, subjects and files, of which nothing is lost."""

import base64

import pytest

from chalicelib.rules import mail_bodies
from chalicelib.rules.mail_parsing import Address, Mail, Part, parse
from tests.rules.mails import HEAD, PICTURE, mail, multipart


def test_a_simple_mail() -> None:
    headers = HEAD + b"In-Reply-To: <2@x.example> (yours)\r\nReferences: <1@x.example>\r\n <2@x.example> <2@x.example>\r\n"
    headers += b'Cc: =?utf-8?q?M=C3=BCller=2C_Jo?= <jo@x.example>, "B, C" <b@x.example>\r\nReply-To: r@x.example\r\n'
    assert parse(headers + b"\r\nfirst\r\nsecond\r\n") == Mail(
        message_id="1@shop.example",
        in_reply_to=("2@x.example",),
        references=("1@x.example", "2@x.example"),
        sender=Address("Ann Lee", "ann@shop.example"),
        reply_to=(Address("", "r@x.example"),),
        to=(Address("", "help@desk.example"),),
        cc=(Address("Müller, Jo", "jo@x.example"), Address("B, C", "b@x.example")),
        subject="Order",
        text="first\nsecond",
    )


@pytest.mark.parametrize(
    ("charset", "data", "wanted"),
    [
        ("utf-8", "Größe 日本 😀".encode(), "Größe 日本 😀"),
        ("iso-8859-1", "Größe – „x“ €".encode("cp1252"), "Größe – „x“ €"),
        ("gb2312", "中文 €㐀".encode("gb18030"), "中文 €㐀"),
        ("ks_c_5601-1987", "한국어 똠방".encode("cp949"), "한국어 똠방"),
        ("iso-2022-jp", "日本語".encode("iso2022_jp"), "日本語"),
        ("shift_jis", "①日本".encode("cp932"), "①日本"),
        ("windows-1251", "Привет".encode("cp1251"), "Привет"),
        ("koi8-r", "Привет".encode("koi8_r"), "Привет"),
        ("big5", "中文".encode("big5"), "中文"),
        ("utf-16le", "hé".encode("utf-16le"), "hé"),
        ("utf-32", "Größe 😀".encode("utf-32"), "Größe 😀"),
        ("utf-16", "Größe 😀".encode("utf-16"), "Größe 😀"),
        ("utf-7", "Größe".encode("utf-7"), "Größe"),
        ("x-unknown", "Größe".encode(), "Größe"),
        ("x-unknown", "Größe".encode("cp1252"), "Größe"),
        ("us-ascii", "Größe".encode(), "Größe"),
        ("klingon", "Größe".encode("cp1252"), "Größe"),
        ("utf-8", "Größe an alle".encode("cp1252"), "Größe an alle"),
        ("iso-8859-1", "Größe".encode(), "Größe"),
        ("iso-8859-15", "Größe €".encode("iso8859_15"), "Größe €"),
        ('"utf-8"; x=y', "Größe".encode(), "Größe"),
        ("punycode", "Größe".encode(), "Größe"),  # would take quadratic time
        ("zip", b"abc", "abc"),
        ("", "\ufeffGröße".encode(), "Größe"),
        ("utf-7", b"a+2AA-b", "a\ufffdb"),  # half a character
        ("utf-8", b"a\0b\r\nc\rd", "ab\nc\nd"),
    ],
)
def test_texts_are_read_whatever_their_charset_is(charset: str, data: bytes, wanted: str) -> None:
    assert mail(f"Content-Type: text/plain; charset={charset}", data).text == wanted


def test_signs_that_no_charset_has_are_told() -> None:
    read = mail("Content-Type: text/plain; charset=iso-2022-jp", b"a\xff\x1b$B9\x1b(B")
    assert read.text.startswith("a") and read.notes == ("Some signs of the text could not be read.",)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (b"=?utf-8?B?R3LDvMOf?=\r\n =?utf-8?B?ZQ==?=", "Grüße"),
        (b"=?utf-8?B?R3LD?= =?utf-8?B?vMOfZQ==?=", "Grüße"),  # a character in two words
        (b"=?utf-8?Q?a_b c?= d", "a b c d"),
        (b"=?x-foo?Q?a=E4?= =?gb2312?B?1tDOxA==?=", "aä中文"),
        (b"Re:=?utf-8?q?b?=c", "Re:bc"),
        (b"=?utf-8?q?What??=", "What?"),
        (b"=?utf-8*en?q?x?= =?utf-8?q?broken", "x =?utf-8?q?broken"),
        (b"=?utf-8?q?a=0D=0ABcc:_x?=\tb\x07\xe2\x80\xae", "a Bcc: x b"),
        (b"=?utf-8?b?R3I?= =?utf-8?b?A?=", "Gr"),
        ("Größe roh".encode(), "Größe roh"),
        ("Größe roh".encode("cp1252"), "Größe roh"),
        (b"a" * 2_000, "a" * 1_000),
    ],
)
def test_subjects_are_one_line_in_plain_characters(given: bytes, wanted: str) -> None:
    assert parse(b"Subject: " + given + b"\n\nx").subject == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("a@x.example (Ann Lee)", [("Ann Lee", "a@x.example")]),
        ('"Ann \\"x\\" Lee" <a@x.example>', [('Ann "x" Lee', "a@x.example")]),
        ("Lee, Ann <A@X.example>", [("Lee, Ann", "a@x.example")]),
        ("a@x.example, b@x.example; c@x.example", [("", "a@x.example"), ("", "b@x.example"), ("", "c@x.example")]),
        ("'a@x.example' <a@x.example>, <b@x.example>", [("", "a@x.example"), ("", "b@x.example")]),
        ("Team: a@x.example, b@x.example;", [("", "a@x.example"), ("", "b@x.example")]),
        ("undisclosed-recipients:;", []),
        ("<>", []),
        ("Ann", [("Ann", "")]),
        ("Ann <a@x.example", [("Ann", "a@x.example")]),
        ("Ann <mailto:a@x.example>", [("Ann", "a@x.example")]),
        ("Ann (((deep) er)) Lee <a@x.example>", [("Ann Lee", "a@x.example")]),
        ("Ann <b@x.example a@x.example>", [("Ann", "b@x.example")]),
        ("ann@bücher.example", [("", "ann@xn--bcher-kva.example")]),
        (f"{'a' * 65}@x.example", [(f"{'a' * 65}@x.example", "")]),
    ],
)
def test_addresses_are_found_in_what_programs_write(given: str, wanted: list[tuple[str, str]]) -> None:
    assert [tuple(one) for one in mail(f"Cc: {given}").cc] == wanted


def test_the_sender_is_the_first_who_has_an_address() -> None:
    assert parse(b"From: Ann; b@x.example\n\nx").sender == Address("", "b@x.example")
    assert parse(b"Sender: b@x.example\n\nx").sender == Address("", "b@x.example")
    assert parse(b"Subject: x\n\nx").sender == Address("", "")


def test_headers_may_be_broken() -> None:
    read = parse(
        b"From someone Mon May 4\nSUBJECT : a\n\tb\nno header at all\n goes on\nsubject: second\nReferences: x <a@b> y\n\ntext"
    )
    assert (read.subject, read.references, read.text) == ("a b", ("a@b",), "text")
    without_blank = parse(b"Subject: a\nThis is the text.\nIt goes on.\n")
    assert (without_blank.subject, without_blank.text) == ("a", "This is the text.\nIt goes on.")
    assert parse(b"Subject: a\r\rtext").text == "text"
    assert parse(b"In-Reply-To: a@b\n\nx").in_reply_to == ("a@b",)


def test_parameters_that_the_library_raises_for_are_none() -> None:
    read = mail("Content-Type: text/plain; filename*; filename*2*; charseté")
    assert (read.text, read.notes, read.is_whole) == ("hi", (), True)


def test_a_mail_for_which_the_library_raises_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(mail_bodies, "text_of", fail)
    read = mail("", b"text")
    assert (read.subject, read.is_whole, read.notes) == ("Order", False, ("The mail can't be read (ValueError).",))
    assert read.text.startswith("From: Ann Lee") and read.text.endswith("text") and read.parts[0].data.endswith(b"text")


def test_only_the_newest_references_are_kept() -> None:
    lines = b"".join(b" <%d@x.example>\r\n" % number for number in range(100_000))
    read = parse(HEAD + b"References:" + lines + b"\r\nhi")
    assert read.references == tuple(f"{number}@x.example" for number in range(99_900, 100_000))


def test_what_has_no_headers_is_shown_as_it_is() -> None:
    for raw in (b"", b"\x80\xff\0abc", b"hello\nworld"):
        read = parse(raw)
        assert not read.is_whole and read.parts == (Part("mail.eml", "message/rfc822", raw, "", False),) and read.notes
        assert read.text == raw.decode("latin-1").replace("\0", "").replace("\x80", "€")


def test_alternatives_and_pictures_are_one_text() -> None:
    html = b'Content-Type: text/html\r\n\r\n<p>h&eacute;</p><img src="cid:Logo%40x"><img src=cid:gone>'
    logo = b"Content-Type: image/png\r\nContent-ID: <logo@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(
        PICTURE
    )
    other = b"Content-Type: image/gif; name=x.gif\r\nContent-ID: <unused@x>\r\n\r\nGIF"
    related = multipart(html, logo, other, kind=b"related", boundary=b"r")
    read = parse(HEAD + multipart(multipart(b"\r\nplain", related, kind=b"alternative", boundary=b"a"), b"\r\nfooter"))
    assert (read.text, read.is_whole, read.notes) == ("plain\n\nfooter", True, ())
    assert read.html.endswith("<img src=cid:gone>\n<div>footer</div>") and read.html.startswith("<p>")
    assert read.parts == (
        Part("image-1.png", "image/png", PICTURE, "logo@x", True),
        Part("x.gif", "image/gif", b"GIF", "unused@x", False),
    )


def test_pictures_in_the_html_itself_are_parts_too() -> None:
    shown = base64.b64encode(PICTURE).decode()
    given = (
        f"<p>a<IMG alt=x SRC = \" data:image/PNG;base64,{shown[:8]}\n{shown[8:]}\"><img/src='data:image/svg+xml,%3Csvg/>'>"
        f"<img src=data:image/gif;charset=x;base64,{shown}><img src=data:text/html,no><img src='data:image/png'>"
    )
    read = mail("Content-Type: text/html", given.encode())
    assert read.html == (
        '<p>a<IMG alt=x src="cid:picture-1@inline"><img/src="cid:picture-2@inline">'
        "<img src=\"cid:picture-3@inline\"><img src=data:text/html,no><img src='data:image/png'>"
    )
    assert [(part.name, part.data, part.is_inline) for part in read.parts] == [
        ("image-1.png", PICTURE, True),
        ("image-2.svg", b"<svg/>", True),
        ("image-3.gif", PICTURE, True),
    ]
    many = mail("Content-Type: text/html", b"<img src=data:image/png,x>" * 102)
    assert (len(many.parts), many.parts[100].name, many.html.count("data:")) == (101, "mail.eml", 2)


def test_of_a_subject_that_is_too_long_the_whole_is_in_the_mail() -> None:
    read = parse(b"Subject: " + b"word " * 120 + b"\n\nhi")
    assert (read.text, [part.name for part in read.parts]) == ("hi", ["mail.eml"])
    assert read.notes == ("The subject has more than 500 characters; the whole of it is in mail.eml.",)


def test_html_alone_has_no_plain_text() -> None:
    read = mail("Content-Type: text/html", b'<meta charset="koi8-r"><p>' + "Привет".encode("koi8_r"))
    assert (read.text, read.html) == ("", '<meta charset="koi8-r"><p>Привет')


def test_bodies_on_both_sides_of_a_file_are_joined() -> None:
    html = b"Content-Type: text/html\r\n\r\n<b>after</b>"
    read = parse(HEAD + multipart(b"\r\nbefore <1>", b"Content-Type: application/pdf; name=x.pdf\r\n\r\n%PDF", html))
    assert (read.text, read.html) == ("before <1>\n\nafter", "<div>before &lt;1&gt;</div>\n<b>after</b>")
    assert [part.name for part in read.parts] == ["x.pdf"]


def test_files_keep_their_bytes_and_get_safe_names() -> None:
    inner = b"Subject: =?utf-8?q?Re=3A?= a/b\r\n\r\n--b is no line of the boundary\r\n"
    read = parse(
        HEAD
        + multipart(
            b'Content-Disposition: attachment; filename="..\\..\\a/\xe2\x80\xae\x07x.txt"\r\n\r\ntext',
            b"Content-Type: text/plain; name=notes.txt\r\n\r\nnot shown as text",
            b"Content-Disposition: attachment; filename*0*=utf-8''%C3%A4; filename*1=b.pdf\r\n\r\nx",
            b'Content-Type: image/jpeg; name="=?utf-8?q?=C3=BC.jpg?="\r\n\r\nx',
            b"Content-Type: message/rfc822\r\n\r\n" + inner,
            b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR",
            b'Content-Type: application/ms-tnef\r\n\r\nx\x9f>"',
            b"Content-Type: nonsense/../x\r\nContent-Disposition: attachment\r\n\r\nx",
            b"Content-Disposition: attachment; filename=" + b"n" * 300 + b".docx\r\n\r\nx",
        )
    )
    names = ["x.txt", "notes.txt", "äb.pdf", "ü.jpg", "Re: a-b.eml", "invitation.ics", "winmail.dat", "attachment-8.txt"]
    assert [part.name for part in read.parts][:-1] == names and read.text == ""
    assert len(read.parts[-1].name) == 150 and read.parts[-1].name.endswith("n.docx")
    assert read.parts[4].data == inner.removesuffix(b"\r\n") + b"\r\n" and read.parts[4].mime == "message/rfc822"
    assert read.parts[6].data == b'x\x9f>"'


@pytest.mark.parametrize(
    ("encoding", "data", "wanted"),
    [
        ("base64", b"R3LD\r\nvMOfZQ", "Grüße"),
        ("BASE64 ", b"R3LDvMOf*!ZQ==\r\nIQ==", "Grüße!"),
        ("base64", b"R3LDvMOfZQ=", "Grüße"),
        ("quoted-printable", b"Gr=C3=BC=\r\n=C3=9Fe =ZZ =3", "Grüße =ZZ =3"),
        ("8bit", "Grüße".encode(), "Grüße"),
        ("nonsense", "Grüße".encode(), "Grüße"),
    ],
)
def test_broken_encodings_are_read_as_far_as_they_go(encoding: str, data: bytes, wanted: str) -> None:
    assert mail(f"Content-Transfer-Encoding: {encoding}", data).text == wanted


def test_flowed_lines_are_joined_and_quotes_are_not() -> None:
    body = b"This is one \r\nline.\r\n> quoted \r\n> on\r\n>> deep \r\n own\r\n  stuffed\r\n-- \r\nAnn"
    wanted = "This is one line.\n> quoted on\n>> deep \nown\n stuffed\n-- \nAnn"
    assert mail("Content-Type: text/plain; format=flowed", body).text == wanted
    assert mail("Content-Type: text/plain; format=Flowed; delsp=yes", "日本 \r\n語 \r\n".encode()).text == "日本語"
