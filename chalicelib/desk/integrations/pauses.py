"""Pauses: the mail to an account's owner that a webhook was switched off."""

from urllib.parse import urlsplit

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.core import access, repeats
from chalicelib.desk.core.account_events import WebhookPaused
from chalicelib.desk.core.repeats import Reply
from chalicelib.desk.integrations.webhooks import WEBHOOKS
from chalicelib.desk.people import notices, people
from chalicelib.models import mail
from chalicelib.rules import emails

SENT, GONE, NOBODY = "sent", "gone", "nobody to send to, or no sender"
_SUBJECT = "A webhook of yours was paused: {host}"
_TEXT = (
    "Webhook {number}, which sends events to {host}, was paused: for a day, no try to deliver anything there has succeeded.\n\n"
    "What has happened since is kept for up to 30 days, and new events for seven days from now. When the address answers again, "
    "enable the webhook (PUT /api/v3/anytime/webhooks/{number} with isEnabled true): all that waits is sent then.\n\n"
    "GET /api/v3/anytime/webhooks/{number}/deliveries shows each try and what was answered.\n"
)


@access.allow(SYSTEM)
def send_mail(ctx: Context, event: WebhookPaused) -> str:
    """Tells the account's owner that a webhook was paused, once however often it is called. Returns how that went, in a word. Six
    requests at most. Raises InProgress while another process sends it.
    """
    key = f"pause of {event.webhook} {event.since}"
    reply = repeats.once(ctx, key, key.encode(), lambda: Reply(200, {}, _send(ctx, event).encode()))
    return reply.body.decode()


def _send(ctx: Context, event: WebhookPaused) -> str:
    webhook = WEBHOOKS.load_with(ctx, event.webhook).get(event.webhook)
    if webhook is None:
        return GONE
    id_ = accounts.load(ctx).owner
    owner = people.get_many(ctx, [id_]).get(id_)
    address = emails.canonical(owner.email or "") if owner and not owner.removed_at else ""
    if not mail.has_sender() or not emails.can_be_mailed(address):
        return NOBODY
    host = urlsplit(webhook.url).hostname or ""
    notices.send(ctx, address, _SUBJECT.format(host=host), _TEXT.format(number=webhook.number, host=host))
    return SENT
