"""Row kinds: every table's rows, what an export has of them, and which stages erase them. This is the one list.

Whoever adds a model adds a line; tests/desk/privacy/test_row_kinds.py fails for one that is missing, and docs/privacy.md shows
the same.
"""

import msgspec


class RowKind(msgspec.Struct, frozen=True):
    """A kind of rows: its model, as module and class; the entry of an export that has it; the stage that erases it of a contact
    (erasing.py; BEGIN: the call itself, END: at last), and of a removed account (account_removal.py). `why` says why one of these
    is missing: it holds nothing of a person, or expires by itself.
    """

    model: str
    exported: str = ""
    erased: str = ""
    emptied: str = ""
    why: str = ""


BEGIN, END = "begin", "end"
_IDS = "random ids alone"
_DIGEST = "a digest is its key; it expires"
KINDS = (
    RowKind("people.Person", "contact.json", END, "people"),
    RowKind("contact_words.ContactWord", "", BEGIN, "people", "made of the contact's row"),
    RowKind("unique_names.UniqueName", "", BEGIN, "people", "made of the contact's row"),
    RowKind("devices.Device", "devices.json", "devices", "people"),
    RowKind("receipts.Receipt", "devices.json", "devices", "people"),
    RowKind("topics.Topic", "", "names", "people", f"{_IDS}, for three hours"),
    RowKind("connections.Connection", "", "", "", f"{_IDS}; closed with the contact's tokens, expires after three hours"),
    RowKind("viewers.Viewers", "", "", "", "agents alone, for three minutes"),
    RowKind("tokens.Token", "", "", "people", f"{_IDS}; a contact's end at once and expire"),
    RowKind("conversations.Conversation", "conversations/", "conversations", "conversations"),
    RowKind("details.Details", "conversations/", "conversations", "conversations"),
    RowKind("memberships.Membership", "", "conversations", "conversations", _IDS),
    RowKind("labels.Label", "conversations/", "conversations", "labels"),
    RowKind("drafts.Draft", "conversations/", "conversations", "conversations"),
    RowKind("messages.Message", "conversations/", "conversations", "conversations"),
    RowKind("event_logs.LogEntry", "changes/", "log", "log"),
    RowKind("files.File", "conversations/", "conversations", "files"),
    RowKind("search_rows.WordsRow", "", "search", "search", "made of messages"),
    RowKind("search_rows.WordBlock", "", "search", "search", "made of messages"),
    RowKind("search_turns.Turn", "", "", "search", "who brings words to blocks now"),
    RowKind("junk_emails.JunkEmail", "junk-emails/", "junk", "junk"),
    RowKind("junk_emails.JunkText", "junk-emails/", "junk", "junk"),
    RowKind("received_mails.ReceivedMail", "", "conversations", "", _DIGEST),
    RowKind("settings.Setting", "blocked-senders.json", "blocked", "settings"),
    RowKind("repeats.Repeat", "", "answers", "answers", "answers that say what other rows say, for a day"),
    RowKind("rate_windows.RateWindow", "", "", "", _DIGEST),
    RowKind("statistics_rows.Statistic", "", "", "statistics", "counters, and agents' ids"),
    RowKind(
        "webhook_deliveries.WebhookDelivery", "", "webhooks", "webhooks", f"{_IDS}, and what receivers answered; for 30 days"
    ),
    RowKind("webhook_deliveries.WebhookTurn", "", "", "webhooks", f"{_IDS}; for 30 days"),
    RowKind("webhook_deliveries.WebhookState", "", "", "webhooks", "how a receiver answers"),
    RowKind("sequences.Sequence", "", "", "settings", "counters"),
    RowKind("timers.Timer", "", "", "", f"{_IDS}; expires a week after it was due"),
)
