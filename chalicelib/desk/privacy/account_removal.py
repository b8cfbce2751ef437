"""Account removal: some days after an account was removed, a job removes all its data, a part at a time. Two rows stay: one says
that the account was removed, the other keeps its tokens ended.

models/accounts_purge.py says where the rows of an account are.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.channels import email_accounts
from chalicelib.desk.conversations import deletion
from chalicelib.desk.core import access
from chalicelib.desk.core.account_events import AccountEmptied
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.integrations import webhooks
from chalicelib.desk.people import contact_words, registration
from chalicelib.desk.teams import groups
from chalicelib.models import accounts_purge, conversations, erasures, settings
from chalicelib.models.accounts_purge import AT_ONCE, delete_partition
from chalicelib.models.base import Table
from chalicelib.models.event_logs import BUSY, QUIET
from chalicelib.models.memberships import conversation_of
from chalicelib.models.people import AGENT
from chalicelib.models.settings import Setting
from chalicelib.rules import search_blocks, series

#: Milliseconds until the next part; and until what has been marked is looked at again.
_PAUSE, _AGAIN = 1_000, 60_000
#: In one part: people whose conversations it marks, conversations of each that it marks, and people that it removes.
_PEOPLE, _CONVERSATIONS, _REMOVED = 25, 25, 10
#: Partitions of the search that one part looks at.
_PARTITIONS = 50
#: Folders of the bucket with objects of one account.
FOLDERS = ("files", "junk", "exports")
#: Kinds of integer ids of which an account has a counter.
COUNTERS = ("person", "conversation", "draft", "junk_email")
#: Partitions of settings that an account can have beside its own: each kind of collection or document.
PARTITIONS = (
    "blocked_sender",
    "business_hours",
    "canned_reply",
    "custom_field",
    "domain",
    "email_account",
    "filter",
    "identity",
    "integration_account",
    "organisation",
    "privacy",
    "retention",
    "routing_rule",
    "tag",
    "trigger",
    "webhook",
)


@access.allow(SYSTEM)
def run(ctx: Context, event: AccountEmptied) -> bool:
    """Does a part of emptying the account of the context, if it is removed and it is time. Returns whether more is planned.
    Repeated, or interrupted at any place, it goes on where it was: what is gone is not there the next time.
    """
    row = settings.get(ctx.account, accounts.NAME)
    removed_at = row.document.get("removed_at") if row else None
    if row is None or removed_at is None or "emptied_at" in row.document:
        return False
    if ctx.now < accounts.emptied_at(removed_at):
        accounts.plan_emptying(ctx, AccountEmptied(ctx.account, ctx.now, accounts.emptied_at(removed_at)))
        return True
    stage = event.stage or _ORDER[0]
    following = STAGES[stage](ctx, event.after)
    if following is None:
        at = _ORDER.index(stage) + 1
        if at == len(_ORDER):
            return False
        stage, following = _ORDER[at], ""
    elif following == _BACK:
        stage, following = _ORDER[0], ""
    pause = _AGAIN if (stage, following) == (_ORDER[0], "") else _PAUSE
    accounts.plan_emptying(ctx, AccountEmptied(ctx.account, ctx.now, ctx.now + pause, stage, following))
    return True


#: Where a stage leads that has met a conversation which came after all were looked for.
_BACK = "back"


def _mark_conversations(ctx: Context, after: str) -> str | None:
    """Has the conversations of some people removed for good; their own jobs remove the rows."""
    before, _, place = after.partition("|")
    found = accounts_purge.people(ctx.account, before, _PEOPLE)
    for person in found:
        keys, place = erasures.places(ctx.account, person.id, place, _CONVERSATIONS)
        for key in keys:
            retry_on_conflict(ctx, partial(_mark, ctx, key))
        if place:
            return f"{before}|{place}"
        before = person.id
    return f"{before}|" if len(found) == _PEOPLE else None


def _mark(ctx: Context, key: str) -> None:
    found = conversations.get(ctx.account, conversation_of(key))
    if found is None:
        erasures.remove_membership(ctx.account, key)
    elif not found.purge_at:
        deletion.remove_for_good(ctx, found)


def _remove_people(ctx: Context, _: str) -> str | None:
    """Removes some people, the first that are there, with their devices. Where one still has a conversation, all goes back."""
    found = accounts_purge.people(ctx.account, "", _REMOVED)
    for person in found:
        if accounts_purge.has_conversations(ctx.account, person.id):
            return _BACK
        for device in erasures.devices(ctx.account, person.id, AT_ONCE):
            if not erasures.remove_device(ctx.account, person.id, device, AT_ONCE):
                return _AGAIN_HERE
        if person.kind == AGENT and not all(map(_is_empty, _counted(ctx, [series.of_agent(person.number)]))):
            return _AGAIN_HERE
        accounts_purge.remove_person(person, registration.unique_names_of(person), contact_words.words_of(person))
    return _AGAIN_HERE if found else None


#: Goes on with the stage from its beginning: what is done is not there any more.
_AGAIN_HERE = "~"


def _is_empty(place: tuple[type[Table], str]) -> bool:
    return delete_partition(*place)


def _counted(ctx: Context, names: Iterable[str]) -> list[tuple[type[Table], str]]:
    return accounts_purge.statistics_partitions(ctx.account, names)


def _remove_statistics(ctx: Context, _: str) -> str | None:
    departments = [series.of_group(group.number) for group in groups.list_all(ctx)]
    return _until(all(map(_is_empty, _counted(ctx, [series.SITE, series.CELLS, *departments]))))


def _remove_webhooks(ctx: Context, _: str) -> str | None:
    places = accounts_purge.webhook_partitions(ctx.account, webhooks.WEBHOOKS.load_fresh(ctx))
    return _until(all(map(_is_empty, places)))


def _folders(ctx: Context) -> list[str]:
    return [f"{folder}/{ctx.account}/" for folder in FOLDERS]


def _until(is_empty: bool) -> str | None:
    return None if is_empty else _AGAIN_HERE


def _remove_junk(ctx: Context, _: str) -> str | None:
    found, _further = erasures.page_of_junk(ctx.account, 0, 50)
    for row in found:
        erasures.remove_junk(row)
    return _AGAIN_HERE if found else None


def _remove_search(ctx: Context, after: str) -> str | None:
    """Empties the search's partitions one after the other, some of them at a time."""
    blocks = search_blocks.block_of(accounts_purge.counted(ctx.account, "conversation")) + 1
    places, at = accounts_purge.search_partitions(ctx.account, blocks, search_blocks.FIRSTS), int(after.strip("~") or 0)
    for _ in range(_PARTITIONS):
        if at == len(places):
            return None
        at += delete_partition(*places[at])
    return str(at)


def _remove_names(ctx: Context, _: str) -> None:
    """Frees what the account has on the whole desk: its clients' keys and secrets, and its e-mail addresses."""
    row = settings.get(ctx.account, accounts.NAME)
    clients = accounts.from_document(ctx.account, row.document).clients.values() if row else ()
    accounts_purge.remove_secrets([client.secret for client in clients if client.secret])
    mailboxes = [(email_accounts.NAME, address) for address in email_accounts.EMAIL_ACCOUNTS.load_fresh(ctx)]
    accounts_purge.free_names(ctx.account, [*(("client", client.key) for client in clients), *mailboxes])


def _remove_settings(ctx: Context, after: str) -> str | None:
    """Removes the account's settings and counters, and leaves a row that says that it was removed."""
    at = int(after.strip("~") or 0)
    if at < len(PARTITIONS):
        return str(at + delete_partition(Setting, f"{ctx.account}#{PARTITIONS[at]}"))
    row = settings.get(ctx.account, accounts.NAME)
    accounts_purge.remove_settings(ctx.account, accounts.NAME)
    accounts_purge.remove_counters(ctx.account, COUNTERS)
    if row:
        settings.put(row, accounts.emptied(row.document, ctx.now), ())
    accounts.forget(ctx.account)
    return None


def _remove_label_totals(ctx: Context, _: str) -> None:
    numbers = settings.load(f"{ctx.account}#tag").get("#")
    accounts_purge.remove_label_totals(ctx.account, numbers.document["numbers"].get("tag", 0) if numbers else 0)


#: The stages in their order.
STAGES: Mapping[str, Callable[[Context, str], str | None]] = {
    "conversations": _mark_conversations,
    "people": _remove_people,
    "junk": _remove_junk,
    "search": _remove_search,
    "files": lambda ctx, _: _until(accounts_purge.remove_files(ctx.account)),
    "objects": lambda ctx, _: _until(all(map(accounts_purge.remove_objects, _folders(ctx)))),
    "keys": lambda ctx, _: _until(accounts_purge.remove_api_keys(ctx.account)),
    "answers": lambda ctx, _: _until(accounts_purge.remove_repeats(ctx.account)),
    "webhooks": _remove_webhooks,
    "statistics": _remove_statistics,
    "labels": _remove_label_totals,
    "log": lambda ctx, _: _until(all(accounts_purge.remove_log(ctx.account, one) for one in (BUSY, QUIET))),
    "names": _remove_names,
    "settings": _remove_settings,
}
_ORDER = list(STAGES)
