"""Rate limits: how often a client may do what costs the desk something, counted by source, person, token or account.

A process counts in memory and adds its count to the window's shared row once every `step`. A caller over a limit costs no
request until the window ends. The stage's setting POLYDESK_LIMITS changes the limits (docs/limits.md).

A limit by source applies to all who share the address, of any account. A limit by account applies only to visitors, whose key
is public: it holds back a flood from many addresses, and of an agent's work only mail.
"""

from collections.abc import Mapping, Sequence

from chalicelib import config
from chalicelib.context import AGENT, Context
from chalicelib.desk.core.errors import TooMany
from chalicelib.desk.core.rate_counts import Counts
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import rate_windows
from chalicelib.rules import ids, rate_limits
from chalicelib.rules.rate_limits import Limit

_MINUTE, _HOUR = 60, 3600
#: The limits by their names in POLYDESK_LIMITS.
DEFAULTS: dict[str, Limit] = {
    # Everything. A source may be a whole office: 100 requests a second; five tabs that poll each second are 300 a minute.
    "requests": Limit("requests from this address", 6_000, _MINUTE, step=200),
    # An agent's or a program's token: as much. A visitors' token is public, and stands for all of them.
    "token_requests": Limit("requests with this token", 6_000, _MINUTE, step=200),
    # Sockets: opened by a source; messages of one socket; and how many of these may be refused before it is closed.
    "sockets": Limit("sockets from this address", 600, _MINUTE, step=20),
    "socket_messages": Limit("messages on this socket", 600, _MINUTE, step=50),
    "socket_refusals": Limit("refused messages on this socket", 50, _MINUTE, step=5),
    # New contacts that a visitors' token makes: by source, and by account.
    "visitors": Limit("new visitors from this address", 120, _MINUTE, step=5),
    "account_visitors": Limit("new visitors", 3_000, _MINUTE, step=50),
    # New conversations of visitors: by source, by contact, by account.
    "conversations": Limit("new conversations from this address", 600, _HOUR, step=10),
    "contact_conversations": Limit("new conversations of this contact", 20, _HOUR, step=2),
    "account_conversations": Limit("new conversations", 3_000, _MINUTE, step=50),
    # New conversations that an agent, or a program, opens: 20 a second.
    "agent_conversations": Limit("new conversations of this agent", 1_200, _MINUTE, step=50),
    # Messages of visitors, by source, by person and by account (500 a second is what one account's inbox takes), and of an
    # agent. One counts once, and once more for each 4 KB.
    "source_messages": Limit("messages from this address", 1_500, _MINUTE, step=100),
    "messages": Limit("messages", 300, _MINUTE, step=30),
    "account_messages": Limit("messages of visitors", 30_000, _MINUTE, step=500),
    "agent_messages": Limit("messages of this agent", 6_000, _MINUTE, step=200),
    # Files by source, person and account: one counts once, and once more for each 250 KB (of a text for each 4 KB).
    "source_uploads": Limit("files from this address", 6_000, _HOUR, step=50),
    "uploads": Limit("files", 1_200, _HOUR, step=20),
    "account_uploads": Limit("files of visitors", 60_000, _HOUR, step=200),
    # Words that are searched for, by agent or program: ten searches of three words a second.
    "searches": Limit("words searched for", 1_800, _MINUTE, step=60),
    # Mails that triggers send: of an account, and to one address.
    "trigger_mails": Limit("mails of triggers", 2_000, _HOUR, step=20),
    "trigger_mails_to": Limit("mails of triggers to this address", 30, _HOUR),
    # Mails that agents send, each recipient for one: of an account. A free address would be a gift to senders of spam.
    "mails": Limit("mails of this account", 1_000, _HOUR, step=20),
    # Codes for e-mail accounts: what an account asks for, and what is mailed to one address, whoever asks.
    "verifications": Limit("e-mail accounts to verify", 20, _HOUR),
    "verifications_of": Limit("codes for this address", 5, _HOUR),
    "verification_codes": Limit("codes tried for this address", 10, _HOUR),
    # Mails that come: by the server that brings them (`make run` alone knows it), by account and sender, by account. One counts
    # once, and once more for each megabyte.
    "source_mails": Limit("mails from this server", 3_000, _MINUTE, step=100),
    "mails_from": Limit("mails from this sender", 300, _MINUTE, step=10),
    "account_mails": Limit("mails to this account", 3_000, _MINUTE, step=50),
    # Mails that the desk sends by itself to one address: two machines that answer each other are slow, and soon silent.
    "automatic_mails_to": Limit("automatic answers to this address", 10, 30, is_renewed=True),
    # Deliveries to webhooks that an account has sent again; a range counts fifty times.
    "replays": Limit("deliveries to send again", 1_000, _HOUR, step=10),
    # Reports of spans of time: of an account. One counts once, and once more for each month: a year of a busy account is 4 MB.
    "reports": Limit("reports and their months", 600, _MINUTE, step=20),
    # By source: new devices; passwords, of which each costs 50 ms; tokens, of which a page takes one; new accounts.
    "devices": Limit("new devices from this address", 300, _MINUTE, step=10),
    "logins": Limit("logins from this address", 120, _MINUTE, step=5),
    "tokens": Limit("new tokens from this address", 600, _MINUTE, step=20),
    # The people that a page names as its visitor, by source. The answers tell which addresses are agents', or customers'.
    "lookups": Limit("people looked up from this address", 600, _MINUTE, step=20),
    "signups": Limit("new accounts from this address", 20, _HOUR),
    # All that is stored of a contact, made into a file, or removed: of an account. Each reads, or writes, all of it.
    "exports": Limit("exports of contacts", 120, _HOUR, step=4),
    "erasures": Limit("erasures of contacts", 600, _HOUR, step=10),
}
#: Bytes that weigh as much as one more of what comes in: of what a table stores, of a file, and of a mail.
_TEXT_BYTES, _FILE_BYTES, _MAIL_BYTES = 4_096, 250_000, 1_000_000
#: Seconds that may pass between counting something and doing it.
_MARGIN = 2

_counts = Counts()
_active = rate_limits.configured(DEFAULTS, config.LIMITS)


def clear() -> None:
    """Forgets all counts, as in a new process."""
    _counts.clear()


def use(setting: str) -> None:
    """Counts by another setting than the stage's from now on, for tests and benchmarks."""
    global _active
    _active = rate_limits.configured(DEFAULTS, setting)
    clear()


def active() -> Mapping[str, Limit]:
    """Returns the limits that the stage has, by name."""
    return _active


def counted(ctx: Context, wanted: Sequence[tuple[str, str]]) -> list[tuple[int, int | None]]:
    """Returns how much of each limit is used, and when its window ends (epoch seconds), None where none runs. `wanted` has pairs
    of a limit's name and whose use it counts. One request for each hundred. What other processes have not shared yet is missing:
    at most a step of each.
    """
    second, keys = ctx.now // 1000, [f"{name}#{whose}" for name, whose in wanted]
    rows = rate_windows.get_many([_digest(key) for key in keys])
    found: list[tuple[int, int | None]] = []
    for key in keys:
        (total, own, end), row = _counts.find(key, second), rows.get(_digest(key))
        shared = row.tries if row and row.expires_at > second else 0
        until = row.expires_at if row and shared else end
        found.append((max(total, shared + own), until or None))
    return found


def _digest(key: str) -> str:
    return ids.digest(f"limit#{key}")


def spend(ctx: Context, name: str, whose: str, weight: int = 1) -> None:
    """Counts one more (or `weight` more) of what the limit allows `whose`. Free for a stage without that limit, and for nobody.

    No request, or one every `step`; none for a caller who is known to be over the limit; of one that is renewed as
    `rate_windows.add_renewing`. Raises TooMany over it.
    """
    limit = _active.get(name)
    if limit is None or not whose:
        return
    key, second = f"{name}#{whose}", ctx.now // 1000
    if limit.is_renewed:
        until = second + limit.seconds + _MARGIN
        if not retry_on_conflict(ctx, lambda: rate_windows.add_renewing(_digest(key), second, until, limit.most)):
            raise TooMany(limit.what, until - second)
        return
    total, due, end = _counts.add(key, weight, limit, second)
    if due:
        total, end = _shared(ctx, key, due, end)
    if total > limit.most:
        raise TooMany(limit.what, end - second)


def _shared(ctx: Context, key: str, due: int, end: int) -> tuple[int, int]:
    """Returns the total of all processes and the window's end. One request, two if it is the window's first."""
    digest, second = _digest(key), ctx.now // 1000
    row = retry_on_conflict(ctx, lambda: rate_windows.add(digest, second, end, due))
    _counts.learn(key, row.tries, row.expires_at)
    return row.tries, row.expires_at


def spend_by_source(ctx: Context, name: str, weight: int = 1) -> None:
    """Counts the same for the network address of the call. A call without one (a job's) is free."""
    spend(ctx, name, rate_limits.network_of(ctx.source), weight)


def by_account(ctx: Context, whose: str) -> str:
    """Returns a key within the caller's account, which no other account can have."""
    return f"{ctx.account}#{whose}" if whose else ""


def _is_visitor(ctx: Context) -> bool:
    return not ctx.caller.at_least(AGENT)


def spend_token(ctx: Context) -> None:
    """Counts a request with an agent's or a program's token."""
    if ctx.caller.at_least(AGENT):
        spend(ctx, "token_requests", ctx.caller.token)


def spend_socket_message(ctx: Context, socket: str) -> None:
    """Counts what a socket has sent, whatever it is."""
    spend_by_source(ctx, "requests")
    spend(ctx, "socket_messages", socket)


def spend_contact(ctx: Context) -> None:
    """Counts a contact that a visitor is about to become. Those created by an agent or a program are free."""
    if _is_visitor(ctx):
        spend(ctx, "account_visitors", ctx.account, 0)  # what the account refuses does not count for the source
        spend_by_source(ctx, "visitors")
        spend(ctx, "account_visitors", ctx.account)


def spend_lookup(ctx: Context) -> None:
    """Counts a person that a visitor is about to name by e-mail or user id."""
    if _is_visitor(ctx):
        spend_by_source(ctx, "lookups")


def check_login(ctx: Context) -> None:
    """Raises TooMany, before anything is read, where this process knows that no password may be tried now."""
    spend_by_source(ctx, "logins", 0)


def spend_conversation(ctx: Context, contact: str) -> None:
    """Counts a conversation that the caller is about to open with a contact."""
    if _is_visitor(ctx):
        spend_by_source(ctx, "conversations")
        spend(ctx, "contact_conversations", by_account(ctx, contact))
        spend(ctx, "account_conversations", ctx.account)
    else:
        spend(ctx, "agent_conversations", by_account(ctx, ctx.caller.person or ctx.caller.token))


def spend_message(ctx: Context, size: int) -> None:
    """Counts a message of this many bytes that the caller is about to post."""
    weight, person = 1 + size // _TEXT_BYTES, by_account(ctx, ctx.caller.person or "")
    if _is_visitor(ctx):
        spend_by_source(ctx, "source_messages", weight)
        spend(ctx, "messages", person, weight)
        spend(ctx, "account_messages", ctx.account, weight)
    else:
        spend(ctx, "agent_messages", person, weight)


def spend_search(ctx: Context, words: int) -> None:
    """Counts a search for so many words that the caller is about to make."""
    spend(ctx, "searches", by_account(ctx, ctx.caller.person or ctx.caller.token), words)


def spend_trigger_mail(ctx: Context, address: str) -> None:
    """Counts a mail of a trigger that is about to be sent."""
    spend(ctx, "trigger_mails", ctx.account, 0)  # what the account is refused does not count for the address
    spend(ctx, "automatic_mails_to", address)
    spend(ctx, "trigger_mails_to", by_account(ctx, address))
    spend(ctx, "trigger_mails", ctx.account)


def spend_replay(ctx: Context, weight: int = 1) -> None:
    """Counts a delivery to a webhook that the account is about to have sent again."""
    spend(ctx, "replays", ctx.account, weight)


def spend_report(ctx: Context, days: int) -> None:
    """Counts a report of some days that is about to be made."""
    spend(ctx, "reports", ctx.account, 1 + days // 30)


def spend_mail(ctx: Context, recipients: int) -> None:
    """Counts a mail that the caller is about to send to so many people."""
    spend(ctx, "mails", ctx.account, recipients)


def spend_verification(ctx: Context, address: str) -> None:
    """Counts a code that is about to be mailed to an address."""
    spend(ctx, "verifications", ctx.account)
    spend(ctx, "verifications_of", address)


def spend_verification_code(ctx: Context, address: str) -> None:
    """Counts a code that the caller tries for an address."""
    spend(ctx, "verification_codes", by_account(ctx, address))


def spend_mail_by_source(ctx: Context, size: int) -> None:
    """Counts a mail of this many bytes that the call's address has brought."""
    spend_by_source(ctx, "source_mails", _weight_of_mail(size))


def spend_mail_in(ctx: Context, sender: str, size: int) -> None:
    """Counts a mail of this many bytes of a sender that has come to the account."""
    spend(ctx, "account_mails", ctx.account, 0)  # what the account refuses does not count for the sender
    spend(ctx, "mails_from", by_account(ctx, sender), _weight_of_mail(size))
    spend(ctx, "account_mails", ctx.account, _weight_of_mail(size))


def _weight_of_mail(size: int) -> int:
    return 1 + size // _MAIL_BYTES


def spend_upload(ctx: Context, size: int, *, is_text: bool = False) -> None:
    """Counts a file of this many bytes, or a text, that is about to be uploaded from the call's address."""
    spend_by_source(ctx, "source_uploads", _weight(size, is_text=is_text))


def spend_upload_of(ctx: Context, account: str, person: str, size: int, *, is_text: bool = False) -> None:
    """Counts the same by its person, if known, and by the account if it may be a visitor's."""
    weight = _weight(size, is_text=is_text)
    spend(ctx, "uploads", f"{account}#{person}" if person else "", weight)
    if _is_visitor(ctx):
        spend(ctx, "account_uploads", account, weight)


def _weight(size: int, *, is_text: bool = False) -> int:
    return 1 + size // (_TEXT_BYTES if is_text else _FILE_BYTES)


def spend_privacy(ctx: Context, name: str) -> None:
    """Counts an export or an erasure of a contact that the caller is about to begin, for all administrators of the account."""
    spend(ctx, name, ctx.account)
