"""Account purges: all rows of an account that was removed, table by table. This is the one place that says where they are.

No table is scanned. Rows whose key begins with the account are a partition of their own. The others are found by their parents:
conversations by the people in `by_contact` (which has deleted, merged and internal ones), their rows by the conversation
(purges.py), a device's by its person, words by the possible blocks. Rows under a digest, and rows that wait for a minute, expire:
desk/privacy/row_kinds.py lists them for each table.
"""

from collections.abc import Iterable, Sequence

from chalicelib.models import labels, repeats, storage, tokens
from chalicelib.models.base import Table, delete_all, read_page
from chalicelib.models.contact_words import ContactWord
from chalicelib.models.conversations import Conversation, of_key
from chalicelib.models.drafts import Draft
from chalicelib.models.erasures import words as word_rows
from chalicelib.models.event_logs import LogEntry, list_key
from chalicelib.models.files import File
from chalicelib.models.labels import Label
from chalicelib.models.people import Person
from chalicelib.models.repeats import Repeat
from chalicelib.models.search_rows import WordBlock, WordsRow
from chalicelib.models.search_turns import Turn
from chalicelib.models.sequences import Sequence as Counter
from chalicelib.models.settings import Setting
from chalicelib.models.statistics_rows import Statistic
from chalicelib.models.tokens import Token
from chalicelib.models.topics import Topic
from chalicelib.models.topics import key as topic_key
from chalicelib.models.unique_names import EVERYWHERE, UniqueName, new_name
from chalicelib.models.webhook_deliveries import WebhookDelivery

#: Rows that one request reads and a few delete.
AT_ONCE = 200


def people(account: str, after: str, limit: int) -> list[Person]:
    """Returns people of an account behind a uuid, removed ones too. One request."""
    behind = Person.id > after if after else None
    return read_page(Person.query(account, behind, consistent_read=True, limit=limit))[0]


def has_conversations(account: str, person: str) -> bool:
    """Returns whether a person still has a conversation, or takes part in one. One request. A moment old."""
    return bool(read_page(Conversation.by_contact.query(of_key(account, person), limit=1))[0])


def remove_person(person: Person, names: Sequence[UniqueName], words: Iterable[str]) -> None:
    """Removes what is keyed by a person, and at last the row. Eight requests, more for each 25 names or words beyond the first.
    Their devices have to be gone.
    """
    account, listed = person.account, of_key(person.account, labels.draft(person.number))
    drafts = [Draft(row.key) for row in Conversation.by_label.query(listed, limit=AT_ONCE)]
    delete_all(Draft, [row for row in drafts if "#draft#" in row.key])
    totals = [labels.draft(person.number), labels.mention(person.number)]
    delete_all(Label, [labels.total(account, name) for name in totals])
    delete_all(Topic, [Topic(topic_key(account, person.id))])
    delete_all(Token, [Token(tokens.revocation_key(account, person.id))])
    delete_all(ContactWord, list(word_rows(person, sorted(words))))
    _free(account, [*names, new_name(account, "person", str(person.number), person.id)])
    delete_all(Person, [person])


def remove_log(account: str, partition: str) -> bool:
    """Deletes what was logged, by the account's list. Returns whether none is left. One request, and one for each 25."""
    rows = read_page(LogEntry.by_account.query(list_key(account, partition), limit=AT_ONCE))[0]
    delete_all(LogEntry, rows)
    return len(rows) < AT_ONCE


def remove_label_totals(account: str, tags: int) -> None:
    """Removes how many conversations had each tag, of all tags that there ever were. One request for each 25."""
    delete_all(Label, [labels.total(account, labels.tag(number)) for number in range(1, tags + 1)])


def search_partitions(account: str, blocks: int, firsts: Iterable[str]) -> list[tuple[type[Table], str]]:
    """Returns the partitions that an account has in the search's table: of fresh rows and turns, of the kept rows of its blocks,
    and of the blocks by how their shelves begin.
    """
    kept = [(WordsRow, f"{account}#kept#{block}") for block in range(blocks)]
    words = [(WordBlock, f"{account}#words#{first}") for first in firsts]
    return [(WordsRow, f"{account}#fresh"), (Turn, f"{account}#turn"), *kept, *words]


def webhook_partitions(account: str, webhooks: Iterable[str]) -> list[tuple[type[Table], str]]:
    """Returns the partitions that an account's webhooks have."""
    return [(WebhookDelivery, f"{account}#{one}#{kind}") for one in webhooks for kind in ("open", "done", "state")]


def statistics_partitions(account: str, series: Iterable[str]) -> list[tuple[type[Table], str]]:
    """Returns the partitions of what was counted: lately, by day, and by months of some series."""
    return [(Statistic, f"{account}#{kind}") for kind in ("near", "days", *(f"m#{name}" for name in series))]


def delete_partition(model: type[Table], hash_key: str) -> bool:
    """Deletes rows of a partition, AT_ONCE at most. Returns whether it is empty. A request, and one for each 25 rows."""
    names = model._key_names()
    rows = read_page(model.query(hash_key, attributes_to_get=names, consistent_read=True, limit=AT_ONCE))[0]
    delete_all(model, rows)
    return len(rows) < AT_ONCE


def remove_objects(prefix: str) -> bool:
    """Removes objects of the bucket, AT_ONCE at most. Returns whether none is left. One request, and one for each."""
    found = storage.list_keys(prefix, AT_ONCE)
    for key in found:
        storage.remove(key)
    return len(found) < AT_ONCE


def remove_files(account: str) -> bool:
    """Deletes the rows of files that an account still has. Returns whether none is left. Two requests, and one for each 25."""
    rows = read_page(File.by_account.query(account, limit=AT_ONCE))[0]
    delete_all(File, rows)
    return len(rows) < AT_ONCE


def remove_api_keys(account: str) -> bool:
    """Deletes api keys. Returns whether none is left. One request, and one for each 25."""
    rows = tokens.keys(account, AT_ONCE)
    delete_all(Token, rows)
    return len(rows) < AT_ONCE


def remove_repeats(account: str) -> bool:
    """Deletes first answers that have not expired. Returns whether none is left. Requests as `repeats.page`, one for each 25."""
    rows, further = repeats.page(account, None, 100)
    delete_all(Repeat, rows)
    return further is None


def free_names(account: str, names: Sequence[tuple[str, str]]) -> None:
    """Frees names that an account has on the whole desk: their kind and the name. One request for each hundred, and one for each
    25.
    """
    _free(account, [new_name(account, kind, name, "", EVERYWHERE) for kind, name in names])


def _free(account: str, names: Sequence[UniqueName]) -> None:
    """Deletes names, but not one that another account has: the login of an owner who has one left is there."""
    found = list(UniqueName.batch_get([name.key for name in names], consistent_read=True)) if names else []
    delete_all(UniqueName, [row for row in found if row.account == account])


def remove_secrets(digests: Sequence[str]) -> None:
    """Deletes secrets of the account's clients. One request for each 25."""
    delete_all(Token, [Token(digest) for digest in digests])


def remove_counters(account: str, kinds: Sequence[str]) -> None:
    """Deletes the counters of integer ids. One request for each 25."""
    delete_all(Counter, [Counter(f"{account}#number#{kind}") for kind in kinds])


def counted(account: str, kind: str) -> int:
    """Returns the last integer id of a kind. One request."""
    found = Counter.find(f"{account}#number#{kind}")
    return found.value if found else 0


def remove_settings(account: str, but: str) -> None:
    """Deletes the account's own partition of settings but one row. One request, and one for each 25."""
    rows = read_page(Setting.query(account, consistent_read=True))[0]
    delete_all(Setting, [row for row in rows if row.name != but])
