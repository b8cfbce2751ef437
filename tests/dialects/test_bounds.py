"""Every value that a client can send has a bound: no text, number, list or object of any size."""

from collections.abc import Iterator
from typing import Annotated, Any, get_args

import msgspec
import pytest
from msgspec import Meta, inspect

from chalicelib.dialects import bounds
from chalicelib.dialects.endpoint import parse
from chalicelib.dialects.http import Request, Upload
from chalicelib.dialects.ppmessage.wire import files, messages, socket
from tests.conformance.table import every_row

#: Fields of any type, which are held to their bounds by their endpoints: test_ppmessage_hostile and test_sockets try them.
CHECKED = {
    "Acknowledge.list",
    "Auth.api_token",
    "Auth.app_uuid",
    "Auth.device_uuid",
    "Auth.extra_data",
    "Auth.is_service_user",
    "Auth.user_uuid",
    "CreateConversation.member_list",
    "LeaveApp.user_list",
    "TalkWith.member_list",
    "TrackEvent.event_data",
    "UpdateMembers.member_list",
}
REFUSED: set[str] = set()
#: All that is read of a client: the requests of all endpoints, a file's body in a message, and the socket's messages.
READ: list[type[msgspec.Struct]] = [
    *{row.endpoint.request: None for row in every_row()},
    files.SentFile,
    messages.SendMessage,
    socket.Auth,
]
_SIMPLE = (inspect.BoolType, inspect.NoneType, inspect.LiteralType)


def unbounded(kind: inspect.Type, at: str) -> Iterator[str]:
    """Where a type, or one inside it, takes values of any size."""
    match kind:
        case inspect.StrType(max_length=None) | inspect.BytesType(max_length=None):
            yield f"{at}: a text of any length"
        case inspect.IntType() | inspect.FloatType():
            if None in (kind.ge if kind.gt is None else kind.gt, kind.le if kind.lt is None else kind.lt):
                yield f"{at}: any number"
        case inspect.Metadata():
            yield from unbounded(kind.type, at)
        case inspect.ListType():
            yield from [f"{at}: a list of any length"] if kind.max_length is None else []
            yield from unbounded(kind.item_type, f"{at}[]")
        case inspect.DictType():
            yield from [f"{at}: an object of any size"] if kind.max_length is None else []
            yield from [*unbounded(kind.key_type, f"{at}{{key}}"), *unbounded(kind.value_type, f"{at}{{}}")]
        case inspect.UnionType():
            for one in kind.types:
                yield from unbounded(one, at)
        case inspect.StructType():
            for field in kind.fields:
                yield from unbounded(field.type, f"{kind.cls.__name__}.{field.name}")
        case inspect.StrType() | inspect.BytesType():
            pass
        case _ if not isinstance(kind, _SIMPLE):
            yield f"{at}: anything"


def found(kind: Any) -> list[str]:
    return sorted(set(unbounded(inspect.type_info(kind), kind.__name__)))


@pytest.mark.parametrize("request_type", READ, ids=lambda kind: kind.__name__)
def test_every_field_of_a_request_is_bounded(request_type: type[msgspec.Struct]) -> None:
    free = CHECKED | REFUSED
    assert [at for at in found(request_type) if at.removesuffix(": anything") not in free] == []


def test_fields_of_any_type_are_the_known_ones() -> None:
    every = {at.removesuffix(": anything") for kind in READ for at in found(kind)}
    assert every == CHECKED | REFUSED
    kinds = {f"{kind.__name__}.{field.name}": field.type for kind in READ for field in msgspec.structs.fields(kind)}
    assert {name for name, kind in kinds.items() if kind is bounds.Checked} == CHECKED
    assert {name for name, kind in kinds.items() if kind is bounds.Refused} == REFUSED


class Holes(msgspec.Struct):
    """What the walk must find."""

    text: str
    union: str | None
    key: Annotated[dict[str, bounds.Name], Meta(max_length=1)]
    value: Annotated[dict[bounds.Name, bytes], Meta(max_length=1)]
    size: dict[bounds.Name, bounds.Name]
    inside: Annotated[list[str], Meta(max_length=1)]
    long: list[bounds.Name]
    number: Annotated[int, Meta(ge=0)]
    real: float
    anything: Any
    whole: bounds.Ids
    good: bounds.Number


def test_the_walk_finds_what_has_no_bound() -> None:
    names = [at.removeprefix("Holes.").partition(":")[0] for at in found(Holes)]
    assert names == sorted(["anything", "inside[]", "key{key}", "long", "number", "real", "size", "text", "union", "value{}"])


def test_a_bound_is_no_shorter_than_what_the_desk_takes() -> None:
    from chalicelib.desk.accounts import account_checks, canned_replies
    from chalicelib.desk.conversations import conversations, files, group_chats, messages
    from chalicelib.desk.people import devices, profiles
    from chalicelib.desk.teams import groups
    from chalicelib.rules import text

    def most(kind: Any) -> int:
        return int(next(meta.max_length for meta in get_args(kind) if isinstance(meta, Meta)) or 0)

    group, reply = groups.GROUPS.schema.longest, canned_replies.REPLIES.schema.longest
    names = [group_chats.LONGEST_NAME, conversations.LONGEST_METADATA, devices._LONGEST, profiles._LONGEST["name"]]
    assert all(longest <= most(bounds.Name) for longest in [*names, account_checks._LONGEST["name"], group("name")])
    lines = [profiles._LONGEST["icon"], profiles._LONGEST["signature"], group("description"), reply("question")]
    assert all(longest <= most(bounds.Line) for longest in [*lines, account_checks._LONGEST["icon"], group("icon")])
    assert max(reply("answer"), account_checks._LONGEST["welcome"]) <= most(bounds.Paragraph)
    assert most(bounds.Token) >= devices._LONGEST_TOKEN
    assert text.MOST_BYTES == messages.MOST_BYTES == most(bounds.Text)
    assert most(bounds.Bytes) >= files.MOST_BYTES
    assert most(bounds.Email) >= 254


def test_a_text_that_is_too_long_is_refused_by_name_and_not_repeated() -> None:
    (row,) = [row for row in every_row() if row.id == "PP_GET_USER_UUID"]
    body = msgspec.json.encode({"app_uuid": "a", "user_email": "a@b.c", "user_icon": "x" * 300_000})
    with pytest.raises(Exception, match="user_icon") as caught:
        parse(Request("POST", row.endpoint.path, body=body), row.endpoint, {})
    assert len(str(caught.value)) < 200


def test_a_text_is_told_from_what_is_none() -> None:
    assert [bounds.is_text(value) for value in ("a", "x" * 256, "", "x" * 257, 5, None, ["a"])] == [True, True] + [False] * 5
    assert Upload("n" * 4_000, "m", b"").name
