"""Files of triggers: kept as long as the trigger names them, mailed with it, and nobody else's."""

from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import attachments, triggers
from chalicelib.desk.conversations import files as desk_files
from chalicelib.desk.conversations.files import Attach
from chalicelib.desk.conversations.messages import PostMessage, post
from chalicelib.desk.core import rate_limits
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.models import files, storage
from chalicelib.rules.triggers import CREATED, RECEIVED
from tests.desk.automation.triggers import MAIL, email, thread, trigger
from tests.mails import sent
from tests.pictures import picture
from tests.world import World


def file(world: World, data: bytes = b"words", name: str = "terms.txt") -> str:
    """A new file of the owner's."""
    return desk_files.upload_own(world.ctx(ADMIN, world.owner), name, "text/plain", data).id


def keeping(world: World, *ids: str) -> triggers.Trigger:
    """A new trigger of the owner's that mails files to the contact."""
    mail: dict[str, Any] = MAIL
    given = triggers.Change(name="m", event=CREATED, to_contact=True, files=ids, **mail)
    return triggers.create(world.ctx(ADMIN, world.owner), given)


def test_a_trigger_mails_its_files_long_after_they_were_uploaded(world: World) -> None:
    image = picture("PNG", (400, 300))
    keeping(world, file(world), file(world, image, "map.png"))
    world.pass_(10 * 86_400)
    visitor = world.visitor()
    to = email(world, visitor)
    visitor.say("hello")
    world.settle()
    (mail,) = sent(to)
    assert [(name, data) for name, _, data in mail.files] == [("terms.txt", b"words"), ("map.png", image)]


def test_files_go_with_what_names_them_no_more(world: World) -> None:
    one, two = file(world), file(world)
    ctx, made = world.ctx(ADMIN, world.owner), keeping(world, one, two)
    triggers.change(ctx, made.number, triggers.Change(files=(two,)))
    assert [*files.get_many([one, two])] == [two]
    with pytest.raises(Invalid):
        attachments.remove(ctx, two)
    triggers.remove(ctx, made.number)
    assert files.get_many([two]) == {}
    assert storage.size_of(f"files/{world.account}/{two}") is None


def test_what_is_not_the_caller_s_to_mail_is_refused(world: World, other: World) -> None:
    kept = file(world)
    keeping(world, kept)
    visitor = world.asking()
    sent_ = file(world)
    post(world.ctx(ADMIN, world.owner), PostMessage(visitor.conversation, "x", attachments=(Attach(sent_),)))
    for id_ in ("nothing", file(other), sent_):
        with pytest.raises(Invalid, match="attachments"):
            keeping(world, id_)
    with pytest.raises(Invalid, match="at most"):
        keeping(world, *(file(world) for _ in range(triggers.MOST_FILES + 1)))
    world.monkeypatch.setattr(triggers, "MOST_FILE_BYTES", 9)
    with pytest.raises(Invalid, match="together"):
        keeping(world, file(world), file(world))
    with pytest.raises(NotFound):
        post(world.ctx(ADMIN, world.owner), PostMessage(visitor.conversation, "x", attachments=(Attach(kept),)))


def test_a_mail_over_the_limit_is_not_shown_either(world: World) -> None:
    trigger(world, "m", RECEIVED, **MAIL | {"plain_text": "We got it."}, to_contact=True, shows_mail=True)
    visitor = world.visitor()
    to = email(world, visitor)
    visitor.say("hello")
    world.settle()
    rate_limits.use("trigger_mails_to=1/600")
    try:
        for text in ("more", "still more"):
            visitor.say(text)
            world.settle()
    finally:
        rate_limits.use("off")
    assert len(sent(to)) == 1
    assert [one.body for one in thread(world, visitor)] == ["hello", "more", "We got it.", "still more"]
