"""limits.md says what the code holds clients to."""

import re
from pathlib import Path

import pytest

from chalicelib.desk.accounts import auto_close, business_hours, canned_replies, custom_fields, log_retention, tags
from chalicelib.desk.automation import routing_rules
from chalicelib.desk.conversations import (
    attachments,
    audit_logs,
    composing,
    deletion,
    drafts,
    event_logs,
    files,
    filters,
    history,
    keyword_lists,
    logged_changes,
    members,
    merging,
    portal,
    sla_policies,
    triggers,
    wanted,
)
from chalicelib.desk.core import rate_limits, setting_logs
from chalicelib.desk.integrations import deliveries, posting, tries, webhooks
from chalicelib.desk.people import api_keys, contact_identities, contact_lists, contacts, devices
from chalicelib.desk.realtime import live, viewers
from chalicelib.desk.search import block_finding, port, texts
from chalicelib.desk.teams import allocation, domains, groups
from chalicelib.dialects.anytime import conversation_lists, conversations
from chalicelib.models import labels, webhook_deliveries
from chalicelib.rules import search_words, text, webhook_urls, word_lists, words

ROOT = Path(__file__).parent.parent.parent
LIMITS = (ROOT / "docs" / "limits.md").read_text()


def test_every_limit_is_documented_as_it_is() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([\d,]+) \| ([\d,]+) \| (\d+) \|$", LIMITS, re.MULTILINE)
    told = {
        name: (what, int(most.replace(",", "")), int(seconds.replace(",", "")), int(step))
        for name, what, most, seconds, step in rows
    }
    assert told == {name: (one.what, one.most, one.seconds, one.step) for name, one in rate_limits.DEFAULTS.items()}


@pytest.mark.parametrize(
    ("what", "most"),
    [
        ("sockets of a person", f"{live.MOST_SOCKETS};"),
        (
            "webhooks of an account · characters of an address · of a secret",
            f"{webhooks.MOST} · {webhook_urls.LONGEST:,} · {webhooks.SHORTEST} to {webhooks.LONGEST} |",
        ),
        (
            "seconds of a try of a delivery · bytes of an answer that are read, and kept · tries that are kept",
            f"{posting.Network().seconds:.0f} · {posting.Network().most_bytes:,}, {tries.KEPT_BYTES} · {tries.MOST} |",
        ),
        (
            "deliveries sent again by one call · on a page · days that they are kept",
            f"{deliveries.MOST_REPLAYED:,} · {deliveries.PAGE} · {webhook_deliveries.KEPT_SECONDS // 86_400} |",
        ),
        ("devices of a person", f"{devices.MOST};"),
        ("members by name of a conversation", f"{members.MOST} |"),
        ("api keys of an account", f"{api_keys.MOST} |"),
        ("groups · domains", f"{groups.MOST} · {domains.MOST} · {domains.MOST_OPERATORS} · {canned_replies.MOST:,} |"),
        ("tags · filters", f"{tags.MOST:,} · {filters.MOST} · {custom_fields.MOST} |"),
        (
            "SLA policies of an account",
            f"{sla_policies.MOST} · {sla_policies.MOST_CONDITIONS} · {sla_policies.MOST_CHARACTERS:,} |",
        ),
        ("holidays of an account", f"{business_hours.MOST_HOLIDAYS} · {business_hours.MOST_PERIODS} |"),
        ("conditions of a filter", f"{filters.MOST_CONDITIONS} · {custom_fields.MOST_OPTIONS} |"),
        (
            "triggers · values",
            f"{triggers.MOST} · {triggers.MOST_VALUES} · {triggers.MOST_AGENTS} · {triggers.MOST_PLACEHOLDERS} |",
        ),
        ("auto-close rules of an account", f"{auto_close.MOST_RULES} |"),
        ("routing rules of an account", f"{routing_rules.MOST} · {routing_rules.LONGEST_VALUES:,} |"),
        ("departments with an allocation", f"{allocation.MOST_DEPARTMENTS} · {allocation.HIGHEST_LIMIT:,} |"),
        ("matches that a list sorts", f"{wanted.MOST:,} · {labels.MOST:,};"),
        (
            "words of keywords",
            f"{search_words.MOST_TERMS} · {search_words.LONGEST} · {word_lists.MOST_LETTERS:,} |",
        ),
        (
            "matches of keywords",
            f"{port.MOST_FOUND:,} · {port.MOST_SORTED:,} · {keyword_lists.MOST_LATEST:,};",
        ),
        (
            "conversations whose texts one call reads",
            f"{keyword_lists.MOST_READ} · {texts.MOST_LETTERS:,} · {block_finding.MOST_REQUESTS};",
        ),
        ("conversations that one call changes", f"{conversations.MOST_AT_ONCE} · {conversation_lists.MOST_FILTERS} |"),
        ("tags of a conversation", f"{tags.MOST_ON_ONE} · {custom_fields.LONGEST:,} |"),
        ("conversations of a contact in the portal's list", f"{portal.MOST:,} · {history.MOST_AT_ONCE:,};"),
        (
            "contacts counted in a list",
            f"{contact_lists.MOST_COUNTED:,} · {contact_lists.MOST_FOUND:,} · {contact_lists.MOST_WORDS} |",
        ),
        ("identities · tags", f"{contact_identities.MOST} · {contacts.MOST_TAGS} · {words.MOST} |"),
        (
            "conversations that one call deletes",
            f"{deletion.MOST_AT_ONCE} · {merging.MOST_MESSAGES:,} · {merging.MOST_SOURCES} |",
        ),
        ("a message's text", f"{text.MOST_BYTES:,} bytes"),
        ("a file", f"{files.MOST_BYTES / 1_000_000} MB"),
        ("files of a message", f"{attachments.MOST} |"),
        ("all files of a conversation", f"{attachments.MOST_BYTES >> 20} MB ({attachments.MOST_BYTES:,} bytes)"),
        ("start and end tags of a message's HTML", f"{composing.MOST_TAGS:,} |"),
        ("agents that a note mentions", f"{composing.MOST_MENTIONS} |"),
        ("changes of an event log", f"{event_logs.MOST:,} · {logged_changes.LONGEST} |"),
        (
            "changes of the audit log",
            f"{audit_logs.ON_PAGE} · {audit_logs.MOST_PAGES} · {setting_logs.LONGEST:,} · {log_retention.SHORTEST} to "
            f"{log_retention.LONGEST:,},",
        ),
        ("a draft's text", f"{composing.MOST_BYTES:,} bytes each · {drafts.MOST_FILES} |"),
        ("viewers of a conversation", f"{viewers.MOST} |"),
    ],
)
def test_how_much_is_documented_as_it_is(what: str, most: str) -> None:
    (row,) = [line for line in LIMITS.splitlines() if line.startswith(f"| {what}")]
    assert most in row
