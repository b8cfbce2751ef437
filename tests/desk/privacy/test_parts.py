"""Parts of the long jobs: each page of them, and what others have done in between."""

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.channels import blocked_senders
from chalicelib.desk.conversations import conversations, deletion, drafts
from chalicelib.desk.core import publishing
from chalicelib.desk.core.account_events import AccountEmptied, RetentionDue
from chalicelib.desk.core.errors import Conflict, Invalid
from chalicelib.desk.people import contacts
from chalicelib.desk.privacy import account_removal, archives, erasing, erasures, exports, retention, subjects
from chalicelib.desk.privacy.archives import Archive, Entry, Progress
from chalicelib.desk.privacy.erasing import Place
from chalicelib.desk.search import search
from chalicelib.models import conversations as rows
from chalicelib.models import drafts as draft_rows
from chalicelib.models import storage
from tests.desk.privacy import raw
from tests.desk.privacy.test_account_removal import DAY, document, empty, remove
from tests.desk.privacy.test_erasures import erase
from tests.desk.privacy.test_exports import opened
from tests.visitors import Visitor
from tests.world import World


def address_of(world: World) -> str:
    """An address that no other test has."""
    return f"mia.{world.account[-12:]}@people.example"


def somebody(world: World) -> int:
    """A contact with that address."""
    return contacts.create(world.ctx(ADMIN), contacts.Change("Mia", address_of(world), company="A company")).number


def asking(world: World, text: str) -> tuple[Visitor, int]:
    """A visitor who has asked, and their integer id."""
    visitor = world.asking(text)
    world.settle()
    return visitor, conversations.load(world.ctx(ADMIN), visitor.conversation).contact_number


def subject_of(world: World, contact: int) -> Any:
    return subjects.of(world.ctx(SYSTEM), contacts.get(world.ctx(ADMIN), contact))


# --- erasing


def test_what_is_counted_page_by_page_is_counted_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "_COUNTED", 2)
    visitor, contact = asking(world, "first")
    for at in range(4):
        visitor.say(f"more {at}")
    world.settle()
    removed = erase(world, contact)["removed"]
    assert (removed["messages"], removed["conversations"], removed["contacts"]) == (5, 1, 1)


def test_a_conversation_that_has_gone_or_is_going_is_passed_by(world: World) -> None:
    (visitor, contact), other = asking(world, "mine"), world.asking("another's")
    world.settle()
    for one in (visitor, other):
        deletion.delete(world.ctx(ADMIN), one.conversation)
        deletion.purge(world.ctx(ADMIN), one.conversation)
    subject, ctx = subject_of(world, contact), world.ctx(SYSTEM)
    place = Place("conversations", left=(visitor.conversation, other.conversation, "0186-none"), is_last=True)
    own = erasing.part(ctx, subject, place)
    assert (own.found, own.removed, own.place and own.place.left) == (True, {}, (other.conversation, "0186-none"))
    theirs = erasing.part(ctx, subject, own.place or place)
    assert (theirs.found, theirs.removed, theirs.place and theirs.place.left) == (False, {}, ("0186-none",))
    none = erasing.part(ctx, subject, theirs.place or place)
    assert (none.found, none.removed, none.place and none.place.left) == (False, {}, ())


def test_an_address_that_another_has_unblocked_is_no_fault(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    contact, ctx = somebody(world), world.ctx(SYSTEM)
    blocked_senders.block(world.ctx(ADMIN), address_of(world), blocked_senders.JUNK_ADDRESS)
    known = blocked_senders.SENDERS.load_fresh(ctx)
    monkeypatch.setattr(blocked_senders.SENDERS, "load_fresh", lambda _: known)
    found = [erasing.part(ctx, subject_of(world, contact), Place("blocked")) for _ in range(2)]
    assert [one.place and one.place.stage for one in found] == ["log", "log"]
    monkeypatch.undo()
    assert blocked_senders.SENDERS.load_fresh(ctx) == {}


def test_an_erasure_whose_message_was_lost_is_gone_on_with_when_it_is_asked_for_again(world: World) -> None:
    visitor, contact = asking(world, "hello")
    ctx = world.ctx(ADMIN)
    first = erasures.begin(ctx, contact)
    world.collect()
    world.queued.clear()
    assert erasures.begin(ctx, contact) == first
    world.collect()
    assert not [one for one in world.queued if "erasure" in one[2]]
    world.now += 2 * erasures.HELD + 1
    erasures.begin(world.ctx(ADMIN), contact)
    assert erase(world, contact)["status"] == "completed"
    assert rows.get(world.account, visitor.conversation) is None


def test_of_two_who_have_a_contact_erased_at_once_both_get_one_receipt(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (_, contact), ctx = asking(world, "hello"), world.ctx(ADMIN)
    first, load = list[erasures.Erasure](), subjects.load

    def meanwhile(ctx_: Any, number: int) -> Any:
        found = load(ctx_, number)
        if not first:
            monkeypatch.setattr(subjects, "load", load)
            first.append(erasures.begin(ctx, number))
        return found

    monkeypatch.setattr(subjects, "load", meanwhile)
    assert [erasures.begin(ctx, contact)] == first


def test_addresses_of_others_stay_in_a_draft_that_was_to_somebody_who_is_erased(world: World) -> None:
    world.searched = True
    contact, address = somebody(world), address_of(world)
    other = world.asking(f"ask {address}")
    world.index()
    fields = {"plain_body": "hello", "sent_to": f"{address}, bob@other.example", "copies": address}
    drafts.save(world.as_agent(), other.conversation, fields)
    assert erase(world, contact)["status"] == "completed"
    assert raw.places(address) == {}
    (draft,) = draft_rows.of_conversation(conversations.load(world.ctx(ADMIN), other.conversation))
    left: tuple[str | None, ...] = (draft.sent_to, draft.copies, draft.plain_body)
    assert left == ("bob@other.example", None, "hello")


# --- whose conversations


def test_an_address_in_many_conversations_is_looked_for_through_the_inbox_from_wherever_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.searched = True
    contact = somebody(world)
    visitors = [world.asking(f"ask {address_of(world)} {at}") for at in range(5)] + [world.asking("of nobody")]
    world.index()
    ctx, subject, find = world.ctx(SYSTEM), subject_of(world, contact), search.find
    monkeypatch.setattr(subjects, "_A_PAGE", 2)
    monkeypatch.setattr(subjects, "_LOOKED_THROUGH", 2)
    calls = [0]

    def more(ctx: Any, keywords: Any) -> Any:
        """Finds them one by one at first; then there are too many."""
        calls[0] += 1
        found = find(ctx, keywords)
        several = found.ids or ()
        return (
            found if calls[0] == 1 else SimpleNamespace(ids=None, choose=lambda all_: [row for row in all_ if row.id in several])
        )

    monkeypatch.setattr(search, "find", more)
    seen, after = list[str](), ""
    for _ in range(20):
        page = subjects.page(ctx, subject, after)
        seen += page.ids
        if page.after is None:
            break
        after = page.after
    assert {*seen} == {one.conversation for one in visitors[:5]}
    assert calls[0] > 3


# --- exports


def test_an_export_is_begun_once_and_gone_on_with_where_its_job_was_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    contact = somebody(world)
    monkeypatch.setattr(exports, "_MOST_BYTES", 10)
    ctx = world.ctx(ADMIN, world.owner)
    assert exports.get(ctx, contact) == exports.Exported(ctx.now)
    begun = exports.RECORDS.find(ctx, contact)
    assert begun and exports._begin(ctx, contact) == exports.Exported(ctx.now)
    again = exports.RECORDS.find(ctx, contact)
    assert again and again[1] == begun[1]
    world.collect()
    world.queued.clear()
    world.now += exports._ABANDONED + 1
    exports.get(world.ctx(ADMIN, world.owner), contact)
    world.collect()
    assert len([one for one in world.queued if "export" in one[2]]) == 1


def test_one_of_many_pages_is_made_by_the_job(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    contact, ctx = somebody(world), world.ctx(ADMIN, world.owner)
    assert exports.get(ctx, contact).data
    monkeypatch.setattr(exports, "_MOST_PAGES", 1)
    assert exports.get(ctx, contact) == exports.Exported(ctx.now)
    world.settle()
    assert exports.get(ctx, contact).link


def test_what_was_made_by_a_run_that_died_behind_it_is_ready(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    contact, ctx = somebody(world), world.ctx(SYSTEM)
    monkeypatch.setattr(exports, "_MOST_BYTES", 10)
    exports.get(world.ctx(ADMIN, world.owner), contact)
    with monkeypatch.context() as dying:
        dying.setattr(exports.RECORDS, "keep_on", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            exports.run(ctx, contact)
    assert exports.run(ctx, contact) is False
    record = exports.RECORDS.find(ctx, contact)
    assert record and record[1].ready_at == ctx.now
    assert b"company" in opened(storage.get(record[1].key) or b"")["contact.json"]


def test_a_contact_who_was_removed_or_is_erased_is_exported_by_no_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "_MOST_BYTES", 10)
    ctx, contact = world.ctx(ADMIN, world.owner), somebody(world)
    exports.get(ctx, contact)
    erasures.begin(ctx, contact)
    assert exports.run(world.ctx(SYSTEM), contact) is False
    with pytest.raises(Conflict, match=f"contact {contact} is erased"):
        exports.get(ctx, contact)
    assert exports.run(world.ctx(SYSTEM), 9_999) is False


def test_what_has_left_the_bucket_is_left_out_of_an_archive(aws: None) -> None:
    storage.put("files/there", b"x" * 10, "text/plain")
    archive = Archive("", Progress())
    for name, place in (("a.txt", "files/there"), ("gone.txt", "files/gone"), ("ü.txt", "")):
        archive.add(Entry(name, b"" if place else b"words", place))
    assert opened(archive.close()) == {"a.txt": b"x" * 10, "ü.txt": b"words"}
    with pytest.raises(OSError, match="can't be changed"):
        archive._sink.seek(0)
    assert archive._sink.writable()


def test_all_parts_of_an_archive_are_removed_a_thousand_at_a_time(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    progress = archives.begin("exports/x/1.zip")
    for at in range(3):
        storage.put(f"exports/x/1.zip/tail-{at}", b"t", archives.MIME)
    assert archives.remove("exports/x/1.zip", progress) is True
    assert storage.list_keys("exports/x/1.zip", 10) == []


# --- emptied accounts


def test_accounts_are_emptied_page_by_page_and_what_came_late_goes_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("_CONVERSATIONS", 1), ("_PEOPLE", 1), ("AT_ONCE", 1)):
        monkeypatch.setattr(account_removal, name, value)
    visitor = world.asking("one")
    world.settle()
    remove(world)
    world.now += 31 * DAY * 1000
    event = AccountEmptied(world.account, world.time, world.time, "people")
    assert account_removal.run(world.ctx(SYSTEM), event) is True
    world.collect()
    told = [publishing.decode(body) for _, _, body in world.queued if "account.emptied" in body]
    assert [one.stage for one in told if isinstance(one, AccountEmptied)][-1] == "conversations"
    assert rows.get(world.account, visitor.conversation)
    empty(world)
    assert raw.of_account(world.account).keys().isdisjoint({"people", "conversations", "messages", "devices"})
    assert account_removal.run(world.ctx(SYSTEM), event) is False, "it is done"
    assert "emptied_at" in document(world)


# --- retention


def test_a_setting_of_retention_that_changes_nothing_begins_no_run_and_wrong_ones_are_refused(world: World) -> None:
    ctx = world.ctx(ADMIN)
    first = retention.change(ctx, {"is_enabled": True, "closed_days": 10})
    world.collect()
    world.queued.clear()
    assert retention.change(ctx, {"closed_days": 10}) == first
    world.collect()
    assert not [body for _, _, body in world.queued if "retention.due" in body]
    for wanted, field in (({"closed_days": 0}, "closed_days"), ({"closed_days": None}, "is_enabled")):
        with pytest.raises(Invalid) as refused:
            retention.change(ctx, wanted)
        assert refused.value.field == field
    early = RetentionDue(world.account, ctx.now, ctx.now + 60_000, first.chain)
    world.queued.clear()
    assert retention.run(world.ctx(SYSTEM), early) == (0, True)
    world.collect()
    assert [(due, "retention" in body) for due, _, body in world.queued][-1:] == [(ctx.now + 60_000, True)]
    assert retention.change(ctx, {"is_enabled": False}).chain == ""
    assert retention.run(world.ctx(SYSTEM), early) == (0, False)
