"""What fills the desk for the comparison is rows of its own: each once, with ids of its own."""

import json
from collections import Counter

from chalicelib.models.conversations import Conversation
from tests.bench.peer import fill

AGENTS = [{"user_uuid": f"00000000-0000-7000-8000-00000000000{at}", "id": at} for at in (1, 2, 3)]
ACCOUNT, NOW = "11111111-0000-7000-8000-000000000000", 1_790_000_000_000


def test_each_row_has_a_key_of_its_own() -> None:
    made = list(fill.rows(ACCOUNT, AGENTS, 40, NOW))
    conversations = [
        Conversation.from_raw_data(json.loads(item)) for table, item in made if table == Conversation.Meta.table_name
    ]
    assert {row.number for row in conversations} == set(range(1, 41))
    assert len({row.key for row in conversations}) == len({row.contact_key for row in conversations}) == 40
    assert Counter(item for _, item in made).most_common(1)[0][1] == 1


def test_no_mark_is_left() -> None:
    for _, item in fill.rows(ACCOUNT, AGENTS, 11, NOW):
        assert not any(mark in item for mark in ("aaaaaaaa-", "bbbbbbbb-", "cccccccc-", "dddddddd-", "900000001", "900000101"))
