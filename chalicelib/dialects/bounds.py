"""Bounds: how long what a client sends may be, a type for each kind of text, number and list. All wire formats use them.

The desk has limits of its own, often narrower. These come first, so that nothing is read or stored for a value that can't be
right. Lengths of texts are characters. A test walks all requests for fields without a bound.
"""

from typing import Annotated, Any, TypeGuard

from msgspec import Meta

#: An id, or an e-mail that is looked up. Wide, because an impossible one is "not found" in every dialect, or a wrong login,
#: and not "too long". The desk looks none of these up.
Id = Annotated[str, Meta(max_length=8_192)]
#: A name, a title, a word of a vocabulary, a day or a time, a client's own key for a device or a browser.
Name = Annotated[str, Meta(max_length=256)]
#: An e-mail address (RFC 5321: 254), with some space around it.
Email = Annotated[str, Meta(max_length=320)]
#: A host name, which in letters of other scripts may be longer than its 253 ASCII characters.
Host = Annotated[str, Meta(max_length=512)]
#: A web address, a file name, a description of one line, a list of words in one text.
Line = Annotated[str, Meta(max_length=1_024)]
#: A greeting, or a canned reply.
Paragraph = Annotated[str, Meta(max_length=5_000)]
#: A message. The desk counts its bytes.
Text = Annotated[str, Meta(max_length=60_000)]
#: A password, or the key or secret of an api client. As wide as an id: an impossible one is a wrong one.
Secret = Annotated[str, Meta(max_length=8_192)]
#: A token, of ours or of a push service.
Token = Annotated[str, Meta(max_length=4_096)]
#: A header. API Gateway allows all headers of a request this much together.
Header = Annotated[str, Meta(max_length=10_240)]
#: A whole number that JavaScript and DynamoDB can hold.
Number = Annotated[int, Meta(ge=-(2**53 - 1), le=2**53 - 1)]
#: The same, which may have a fraction.
Real = Annotated[float, Meta(ge=-(2**53 - 1), le=2**53 - 1)]
#: A file's bytes: the largest body that API Gateway allows. The desk takes less.
Bytes = Annotated[bytes, Meta(max_length=10_485_760)]
#: Ids of people or things that one call may name.
Ids = Annotated[list[Id], Meta(max_length=100)]
#: Names that one call may list.
Names = Annotated[list[Name], Meta(max_length=20)]
Hosts = Annotated[list[Host], Meta(max_length=20)]
Lines = Annotated[list[Line], Meta(max_length=20)]
#: Words of an account's own, with what each means; and lists of addresses by name.
Words = Annotated[dict[Name, Name], Meta(max_length=100)]
LinesByName = Annotated[dict[Name, Lines], Meta(max_length=20)]
#: A value of any type whose endpoint looks at it, because what is wrong with it has a code of its own.
Checked = Annotated[Any, Meta(description="of a type that the endpoint checks")]
#: A value of any type that is refused wherever it is given.
Refused = Annotated[Any, Meta(description="not served")]
#: A moment in an answer: ISO 8601, UTC.
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


def one_of(*words: str | int) -> Meta:
    """The values that a text or number in an answer can have, for `/openapi.json`."""
    return Meta(extra_json_schema={"enum": list(words)})


def is_text(value: object, longest: int = 256) -> TypeGuard[str]:
    """Returns whether an untyped value is a text of 1 to `longest` characters."""
    return isinstance(value, str) and 0 < len(value) <= longest
