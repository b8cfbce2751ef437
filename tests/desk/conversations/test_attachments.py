"""Files of messages: whose they are, how many, how much in all, and whether anybody may have them."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from msgspec.structs import replace

from chalicelib import config
from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import attachments, conversations, files, history, messages, pictures
from chalicelib.desk.conversations.files import Attach, File
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.core.errors import Conflict, Invalid, NotFound
from chalicelib.models import details, storage
from chalicelib.models import files as rows
from chalicelib.models import messages as message_rows
from chalicelib.models.loads import LoadChanges
from tests.lambdas import counted
from tests.visitors import Visitor
from tests.world import World


@pytest.fixture
def visitor(world: World) -> Visitor:
    return world.visitor()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A conversation has room for ten bytes."""
    monkeypatch.setattr(details, "MOST_ATTACHED_BYTES", 10)
    monkeypatch.setattr(attachments, "MOST_BYTES", 10)
    yield 10


def upload(ctx: Context, data: bytes = b"words", name: str = "a.txt") -> File:
    return files.upload_own(ctx, name, "text/plain", data)


def post(ctx: Context, visitor: Visitor, *files_: File | str, body: str = "", **more: Any) -> messages.Message:
    named = tuple(Attach(file if isinstance(file, str) else file.id) for file in files_)
    return messages.post(ctx, PostMessage(visitor.conversation, body, attachments=named, **more))


def count(world: World, visitor: Visitor) -> int:
    return conversations.load(world.as_agent(), visitor.conversation).message_count


def objects(file: File) -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket=config.ATTACHMENTS).get("Contents", [])
    return [entry["Key"].split("/")[0] for entry in listed if file.id in entry["Key"]]


def used(world: World, visitor: Visitor) -> int | None:
    beside = details.get(conversations.load(world.as_agent(), visitor.conversation).key)
    return beside.attached_bytes if beside else None


def test_a_message_brings_several_files(world: World, visitor: Visitor) -> None:
    ctx = world.as_agent()
    one, other = upload(ctx, name="one.txt"), upload(ctx, name="two.txt")
    stored = post(ctx, visitor, one, other, one, body="both")
    assert [(file.id, file.name) for file in stored.attachments] == [(one.id, "one.txt"), (other.id, "two.txt")]
    assert (stored.body, stored.format) == ("both", "text")
    assert post(ctx, visitor, upload(ctx), upload(ctx, name="b")).body == "a.txt, b"
    assert objects(one) == ["files", "incoming"]


def test_twenty_files_fit_in_a_message_and_no_more(world: World, visitor: Visitor) -> None:
    ctx = world.as_agent()
    some = [upload(ctx) for _ in range(attachments.MOST)]
    assert len(post(ctx, visitor, *some).attachments) == attachments.MOST
    with pytest.raises(Invalid) as refused:
        post(ctx, visitor, *some, upload(ctx))
    assert refused.value.field == "attachments"


def test_one_file_without_a_text_is_a_message_of_its_kind(world: World, visitor: Visitor) -> None:
    stored = post(world.as_agent(), visitor, upload(world.as_agent()))
    assert (stored.body, stored.format) == ("a.txt", "file")


def test_an_agent_and_a_program_send_what_they_uploaded_themselves(world: World, visitor: Visitor) -> None:
    agent, program = world.as_agent(), world.ctx(AGENT)
    own, theirs = upload(agent), upload(program)
    for ctx, file in ((agent, theirs), (program, own), (world.as_agent(1), own), (world.as_visitor(visitor.id), own)):
        with pytest.raises(NotFound):
            post(ctx, visitor, file)
    with pytest.raises(NotFound):
        post(agent, visitor, own, "nothing")
    assert count(world, visitor) == 0
    assert post(agent, visitor, own).sender == world.agents[0].id
    assert post(program, visitor, theirs).sender == world.account


def test_a_repeated_message_is_one_only_with_the_same_files(world: World, visitor: Visitor) -> None:
    ctx = world.as_agent()
    one, other = upload(ctx), upload(ctx)
    first = post(ctx, visitor, one, key="k", exactly=True)
    assert post(ctx, visitor, one, key="k", exactly=True).id == first.id
    attachments.set_available(ctx, one.id, available=False)
    assert post(ctx, visitor, one, key="k", exactly=True).id == first.id
    for files_ in ([other], [one, other]):
        with pytest.raises(Conflict):
            post(ctx, visitor, *files_, key="k", exactly=True)
    assert (count(world, visitor), used(world, visitor)) == (1, 5)


# --- how much in all


def test_the_files_of_a_conversation_have_an_end(world: World, visitor: Visitor, small: int) -> None:
    ctx = world.as_agent()
    for data in (b"1234", b"567890"):
        post(ctx, visitor, upload(ctx, data))
    assert used(world, visitor) == small
    late = upload(ctx, b"1")
    with pytest.raises(Invalid, match="MB") as refused:
        post(ctx, visitor, late, body="words")
    assert (refused.value.field, count(world, visitor), objects(late)) == ("attachments", 2, ["incoming"])
    assert post(ctx, visitor, body="words").body == "words"
    assert post(ctx, world.visitor(), late).attachments, "another conversation has room"


def test_files_that_are_too_large_together_are_all_refused(world: World, visitor: Visitor, small: int) -> None:
    ctx = world.as_agent()
    some = [upload(ctx, b"123456") for _ in range(2)]
    with pytest.raises(Invalid):
        post(ctx, visitor, *some)
    assert (count(world, visitor), used(world, visitor)) == (0, None)
    assert [rows.get(file.id).conversation for file in some] == [None, None]  # type: ignore[union-attr]
    post(ctx, visitor, some[0])


def test_a_file_that_is_sent_again_is_counted_once(world: World, visitor: Visitor, small: int) -> None:
    ctx = world.as_agent()
    file = upload(ctx, b"123456")
    assert [post(ctx, visitor, file).attachments[0].id for _ in range(3)] == [file.id] * 3
    assert used(world, visitor) == 6


def test_two_at_once_never_have_more_than_there_is_room_for(
    world: World, visitor: Visitor, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other's file comes after the room was looked at, at the last moment before the write."""
    ctx, append = world.as_agent(), message_rows.append
    own, others, overtaken = upload(ctx, b"123456"), upload(ctx, b"12345"), []

    def slowly(*given: Any) -> None:
        monkeypatch.setattr(message_rows, "append", append)
        overtaken.append(post(ctx, visitor, others))
        append(*given)

    monkeypatch.setattr(message_rows, "append", slowly)
    with pytest.raises(Invalid) as refused:
        post(ctx, visitor, own)
    assert (refused.value.field, count(world, visitor), used(world, visitor)) == ("attachments", 1, 5)
    assert len(overtaken) == 1


def test_the_count_itself_refuses_what_has_no_room(world: World, visitor: Visitor, small: int) -> None:
    """Even where nobody looked at the room before, and the conversation is as it was read."""
    ctx = world.as_agent()
    post(ctx, visitor, upload(ctx, b"123456"))
    conversation, file = conversations.load(ctx, visitor.conversation), upload(ctx, b"12345")
    stored = history.list_latest(ctx, visitor.conversation).messages[0]
    late = message_rows.Message(conversation.key, ctx.new_id(), **{name: getattr(stored, name) for name in _REQUIRED}, sequence=2)
    with pytest.raises(message_rows.Full):
        message_rows.append(late, conversation, {"message_count": 2}, ctx.stamp, LoadChanges(), [file])
    assert (count(world, visitor), used(world, visitor)) == (1, 6)


_REQUIRED = ["conversation_number", "kind", "format", "source", "body", "sender", "sender_number", "sender_kind", "created_at"]


def test_a_message_without_files_costs_nothing_more(world: World, visitor: Visitor) -> None:
    ctx = world.as_agent()
    post(ctx, visitor, body="words")
    with counted() as sent:
        post(ctx, visitor, body="words")
    assert sent == ["GetItem", "TransactWriteItems"]
    assert used(world, visitor) is None
    file = upload(ctx)
    with counted() as sent:
        post(ctx, visitor, file)
    assert sent == ["GetItem", "BatchGetItem", "CopyObject", "TransactWriteItems"]


# --- large files, which their clients send to the bucket themselves


def test_a_large_file_is_there_once_its_bytes_are(world: World, visitor: Visitor) -> None:
    ctx = world.as_agent()
    file, form = attachments.begin_upload(ctx, "../film.mp4", 5)
    assert (file.name, form.fields["key"]) == ("film.mp4", f"incoming/{file.id}")
    assert not attachments.is_available(ctx, attachments.get(ctx, file.id))
    with pytest.raises(Invalid) as refused:
        post(ctx, visitor, file)
    assert refused.value.field == "attachments"
    with pytest.raises(NotFound):
        files.download(ctx, file.id)
    storage.put(file.first_place, b"1234", "x")
    assert not attachments.is_available(ctx, attachments.get(ctx, file.id)), "that is not all of it"
    storage.put(file.first_place, b"12345", "x")
    with counted() as sent:
        assert attachments.is_available(ctx, attachments.get(ctx, file.id))
    assert sent == ["GetItem", "HeadObject", "GetObject", "UpdateItem"]
    with counted() as sent:
        assert attachments.is_available(ctx, attachments.get(ctx, file.id))
    assert sent == ["GetItem"], "it is looked for once"
    assert post(ctx, visitor, file).attachments[0].size == 5


def test_what_a_large_file_is_its_bytes_say(world: World, visitor: Visitor) -> None:
    ctx, picture = world.as_agent(), pictures.identicon("a")
    file, form = attachments.begin_upload(ctx, "holiday.txt", len(picture))
    storage.put(file.first_place, picture, form.fields["Content-Type"])
    message = post(ctx, visitor, file)
    assert (message.format, message.attachments[0].mime, message.attachments[0].width) == ("image", "image/png", 192)
    link = str(files.download(ctx, file.id))
    assert "response-content-type=image%2Fpng" in link and "inline" in link


@pytest.mark.parametrize("size", [0, -1, attachments.MOST_BYTES + 1])
def test_a_large_file_has_bounds(world: World, size: int) -> None:
    with pytest.raises(Invalid) as refused:
        attachments.begin_upload(world.as_agent(), "a", size)
    assert refused.value.field == "size"


# --- availability


def test_an_unavailable_file_is_nobody_s(world: World, visitor: Visitor) -> None:
    ctx = world.as_agent()
    sent, kept = upload(ctx), upload(ctx)
    stored = post(ctx, visitor, sent)
    for file in (sent, kept):
        attachments.set_available(world.as_agent(1), file.id, available=False)
        for caller in (ctx, world.as_visitor(visitor.id), Context.acting(ctx, replace(ctx.caller, level="stranger", account=""))):
            with pytest.raises(NotFound):
                files.download(caller, file.id)
    with pytest.raises(Invalid):
        post(ctx, visitor, kept)
    assert attachments.list_unavailable(ctx, [stored]) == {sent.id}
    attachments.set_available(ctx, sent.id, available=True)
    assert attachments.list_unavailable(ctx, [stored]) == set()
    assert files.download(ctx, sent.id)


def test_removing_takes_away_what_no_message_has_and_hides_what_one_has(world: World, visitor: Visitor) -> None:
    ctx = world.as_agent()
    sent, kept = upload(ctx), upload(ctx)
    stored = post(ctx, visitor, sent)
    attachments.remove(ctx, kept.id)
    assert (rows.get(kept.id), objects(kept)) == (None, [])
    attachments.remove(ctx, sent.id)
    assert attachments.list_unavailable(ctx, [stored]) == {sent.id}
    with pytest.raises(NotFound):
        attachments.get(ctx, kept.id)


def test_a_file_of_another_account_or_of_a_talk_among_others_is_not_found(world: World, other: World, visitor: Visitor) -> None:
    file = upload(world.as_agent())
    for act in (attachments.get, attachments.remove):
        with pytest.raises(NotFound):
            act(other.as_agent(), file.id)
    with pytest.raises(NotFound):
        attachments.set_available(other.as_agent(), file.id, available=False)
    long_text = files.upload_text(world.as_agent(), "words")
    with pytest.raises(NotFound):
        attachments.get(world.as_agent(), long_text.id)
