"""Events of accounts: their settings have changed, or something of them is due."""

from chalicelib.desk.core.events import Event


class EmailAccountAdded(Event, frozen=True, tag="email_account.added.v1"):
    """An e-mail account has an address that must be verified."""

    email: str


class GroupChanged(Event, frozen=True, tag="group.changed.v1"):
    """A group was removed or now distributes: what waits may be for other agents."""

    group: str


class DomainChanged(Event, frozen=True, tag="domain.changed.v1"):
    """A domain or its operators have changed: what waits may be for other agents."""


class SettingsChanged(Event, frozen=True, tag="settings.changed.v1"):
    """Settings of a kind (desk.core.collections) have changed: the one with this `key`, or the order of all. Agents are a kind
    of their own.
    """

    kind: str
    key: str = ""


class RoutingChanged(Event, frozen=True, tag="account.routing_changed.v1"):
    """An account's routing has changed. From `due_at` on (epoch milliseconds) everything that waits is looked at.

    It continues after the conversation `after`, which waits since `after_at`; empty for the first page.
    """

    due_at: int
    after: str = ""
    after_at: int = 0


class SearchDue(Event, frozen=True, tag="search.due.v1"):
    """The account's search index has something to do at `due_at`, epoch milliseconds."""

    due_at: int


class StatisticsDue(Event, frozen=True, tag="statistics.due.v1"):
    """The account's statistics must be compacted at `due_at`, epoch milliseconds."""

    due_at: int


class WebhookDue(Event, frozen=True, tag="webhook.due.v1"):
    """A webhook has something to send at `due_at`, epoch milliseconds."""

    webhook: str
    due_at: int


class WebhookReplayed(Event, frozen=True, tag="webhook.replayed.v1"):
    """All that a webhook was sent between two moments (epoch milliseconds) must be sent again: what comes after the place
    `after`, and `left` deliveries at most. `at` is when somebody asked for it.
    """

    webhook: str
    since: int
    until: int
    left: int
    after: str = ""


class WebhookPaused(Event, frozen=True, tag="webhook.paused.v1"):
    """A webhook was switched off, because its address has failed `since` then (epoch milliseconds)."""

    webhook: str
    since: int


class RetentionDue(Event, frozen=True, tag="retention.due.v1"):
    """What is older than the account keeps it must be removed from `due_at` on, epoch milliseconds. `chain` says which setting
    planned it; `stage` and `after` say how far the day's run has come, empty at its beginning.
    """

    due_at: int
    chain: str
    stage: str = ""
    after: str = ""


class AccountEmptied(Event, frozen=True, tag="account.emptied.v1"):
    """The rows of an account that was removed are to go; the next part at `due_at`, epoch milliseconds. `stage` is where that has
    got, empty for the beginning, and `after` where its list goes on.
    """

    due_at: int
    stage: str = ""
    after: str = ""
