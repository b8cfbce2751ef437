"""`python -m infra.reindex STAGE [keys|search]`: gives every conversation the index keys that this version of the code derives,
and the search its words; without a word both.

A new index has no row that lacks its key (docs/operations-index-v2.md), so this walks the whole table once, in parallel
segments, and continues where it stopped. Each write is conditional on the version that was read: the desk stays in use. This
is the one Scan there is: functions send none, and their policies allow none.
"""

import argparse
import hashlib
import inspect
import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from infra.aws import APP, CannotDeploy, here, run, say
from infra.package import OPENSEARCH_LOCK

if TYPE_CHECKING:
    from chalicelib.models.conversations import Conversation

_SEGMENTS, _PAGE, _TRIES = 8, 500, 10
#: Handles a conversation and its raw item; returns whether it was changed, or in a check is wrong. Raises ConditionFailed.
Act = Callable[["Conversation", dict[str, Any]], bool]


@dataclass
class Progress:
    """How far a walk has come, kept in a file after each page: by segment the key to continue from, None at its end."""

    path: Path
    code: str
    segments: int
    after: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    changed: int = 0
    _lock: Lock = field(default_factory=Lock)

    @classmethod
    def load(cls, path: Path, code: str, segments: int) -> "Progress":
        """Returns where this code's last walk stopped, with its number of segments; the beginning if it did not."""
        kept = json.loads(path.read_text()) if path.exists() else {}
        if kept.get("code") != code:
            return cls(path, code, segments)
        say("reindex", f"continues after {kept['seen']:,} conversations")
        return cls(path, **kept)

    def add(self, segment: int, after: dict[str, Any] | None, seen: int, changed: int) -> None:
        """Notes a page of a segment."""
        with self._lock:
            self.after[str(segment)], self.seen, self.changed = after, self.seen + seen, self.changed + changed
            kept = {name: getattr(self, name) for name in ("code", "segments", "after", "seen", "changed")}
            draft = self.path.with_suffix(".draft")
            draft.write_text(json.dumps(kept))
            draft.replace(self.path)


def main() -> int:
    """Does what the arguments say; returns the exit code."""
    parser = argparse.ArgumentParser(description="Gives every conversation the index keys that this version derives for it.")
    parser.add_argument("stage")
    parser.add_argument("what", nargs="?", choices=["keys", "search"], help="keys, or the words of the search; without it both")
    parser.add_argument("--check", action="store_true", help="changes nothing; fails if a key is missing or wrong")
    parser.add_argument("--remove", metavar="ATTRIBUTE", help="instead removes an attribute that this version does not know")
    parser.add_argument("--segments", type=int, default=_SEGMENTS, help="parts of the table that are read at once")
    parser.add_argument("--data", type=Path, default=Path(".local"), help="the folder of the file that says how far it has come")
    given = parser.parse_args()
    return run(partial(_rebuild, given))


def _rebuild(given: argparse.Namespace) -> None:
    if given.what != "search" or given.check or given.remove:
        reindex(given.stage, given.data, given.segments, check=given.check, remove=given.remove)
    if given.what != "keys" and not (given.check or given.remove):
        index_words(given.stage, given.data, given.segments)


def reindex(stage: str, data: Path, segments: int = _SEGMENTS, *, check: bool = False, remove: str | None = None) -> None:
    """Walks all conversations of a stage. Raises CannotDeploy for an attribute in use, and if a check finds something."""
    act = _is_wrong if check else _remover(remove) if remove else _correct
    progress = _walk_all(stage, data, segments, "check" if check else remove or "keys", act)
    if check and progress.changed:
        raise CannotDeploy(f"{progress.changed:,} of {progress.seen:,} conversations lack a key or have a wrong one")


def index_words(stage: str, data: Path, segments: int = _SEGMENTS) -> None:
    """Reads every conversation of a stage for the search, whatever that knows of it. One that has its words costs reads alone."""
    _create_index()
    _walk_all(stage, data, segments, "search", _index)


def _create_index() -> None:
    """Creates OpenSearch's index where that has the words. Raises CannotDeploy without its client, and where it refuses."""
    from chalicelib import config
    from chalicelib.models import open_search

    if not config.SEARCH:
        return
    if find_spec("opensearchpy") is None:
        raise CannotDeploy(f"OpenSearch's client is not installed: pip install --require-hashes -r {OPENSEARCH_LOCK}")
    try:
        open_search.create_index()
    except open_search.NotDone as refused:
        raise CannotDeploy(f"{config.SEARCH} has no index: {refused}") from refused


def _walk_all(stage: str, data: Path, segments: int, what: str, act: Act) -> Progress:
    say("reindex", f"{what} of stage {stage} in {here(stage)}")
    data.mkdir(parents=True, exist_ok=True)
    path = data / f"reindex-{stage}-{what}.json"
    progress = Progress.load(path, _version(), segments)
    with ThreadPoolExecutor(progress.segments) as pool:
        list(pool.map(partial(_walk, f"{APP}-{stage}-conversations", progress, act), range(progress.segments)))
    path.unlink()
    say("reindex", f"{progress.seen:,} conversations, {progress.changed:,} {'wrong' if what == 'check' else 'changed'}")
    return progress


def _version() -> str:
    """Returns a digest of the code that derives keys and words: another version's walk is not continued."""
    from chalicelib.desk.search import texts
    from chalicelib.models import conversations, summaries
    from chalicelib.rules import search_words, word_lists, words

    source = "".join(map(inspect.getsource, (conversations, summaries, texts, search_words, word_lists, words)))
    return hashlib.sha256(source.encode()).hexdigest()


def _walk(table: str, progress: Progress, act: Act, segment: int) -> None:
    """Handles all conversations of a segment that are still to come."""
    from chalicelib.models.conversations import Conversation, is_summary

    client = boto3.client("dynamodb", config=Config(retries={"mode": "adaptive", "max_attempts": 10}))
    part: dict[str, Any] = {"TableName": table, "Segment": segment, "TotalSegments": progress.segments, "Limit": _PAGE}
    after = progress.after.get(str(segment), {})
    while after is not None:
        page = client.scan(**part, **({"ExclusiveStartKey": after} if after else {}))
        rows: list[dict[str, Any]] = list(page["Items"])
        items = [row for row in rows if is_summary(Conversation.hash_key_of(row))]
        changed = sum(_handle(act, item) for item in items)
        after = page.get("LastEvaluatedKey")
        progress.add(segment, after, len(items), changed)


def _handle(act: Act, item: dict[str, Any]) -> bool:
    """Handles one conversation, again if somebody else has written it meanwhile. Raises CannotDeploy if that never ends."""
    from chalicelib.models import conversations
    from chalicelib.models.base import ConditionFailed
    from chalicelib.models.conversations import Conversation

    found: Conversation | None = Conversation.from_raw_data(item)
    for _ in range(_TRIES):
        if found is None:
            return False
        try:
            return act(found, item)
        except ConditionFailed:
            found = conversations.get(found.account, found.id)
    raise CannotDeploy("a conversation is written all the time; run this again: it continues from here")


def _correct(conversation: "Conversation", item: dict[str, Any]) -> bool:
    from chalicelib import context
    from chalicelib.models import summaries

    return summaries.correct_keys(conversation, context.clock())


def _is_wrong(conversation: "Conversation", item: dict[str, Any]) -> bool:
    from chalicelib import context
    from chalicelib.models import summaries

    return bool(summaries.index_keys(conversation, context.clock()))


def _index(conversation: "Conversation", item: dict[str, Any]) -> bool:
    """Indexes a conversation; sends what can wait to the stage's queue."""
    from chalicelib import context
    from chalicelib.desk.core import publishing
    from chalicelib.desk.core.account_events import SearchDue
    from chalicelib.desk.search import search

    ctx = context.system(conversation.account)
    if not conversation.is_listed:
        return False
    due_at = search.index(ctx, conversation.id, conversation.number, anew=True)
    publishing.publish([] if due_at is None else [SearchDue(ctx.account, ctx.now, due_at)], ctx.now)
    return True


def _remover(name: str) -> Act:
    """Returns what removes an attribute by its stored name. Raises CannotDeploy for one that this version knows."""
    from chalicelib.models import summaries
    from chalicelib.models.conversation_indexes import COMING
    from chalicelib.models.conversations import Conversation

    known = {attribute.attr_name for attribute in Conversation.get_attributes().values()}
    if name in known | set(COMING.values()):
        raise CannotDeploy(f"{name} is an attribute of this version")

    def remove(conversation: Conversation, item: dict[str, Any]) -> bool:
        if name in item:
            summaries.remove_attribute(conversation, name)
        return name in item

    return remove


if __name__ == "__main__":
    sys.exit(main())
