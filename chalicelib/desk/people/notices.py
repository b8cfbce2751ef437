"""Notices: mails that the desk writes itself, so that no program answers."""

from collections.abc import Sequence

from chalicelib import config
from chalicelib.context import Context
from chalicelib.models import mail
from chalicelib.rules import mail_building
from chalicelib.rules.mail_building import Outgoing

File = tuple[str, str, bytes]


def send(
    ctx: Context,
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    files: Sequence[File] = (),
    reply_to: str = "",
    sender: str = "",
    answered: str = "",
) -> None:
    """Sends a mail to one address, from the stage's own without a `sender`; files are name, media type, bytes. Answers go to
    `reply_to`, without it to the sender. `answered` is the Message-ID of the mail that it answers, empty for none. One request.
    Raises NoAddress, and what `mail.send_raw` does.
    """
    sender = sender or config.MAIL_FROM
    domain = sender.rpartition("@")[2].rstrip("> ")
    built = Outgoing(
        sender=sender,
        reply_to=reply_to,
        to=(to,),
        subject=subject,
        text=text,
        html=html,
        message_id=f"{ctx.new_id()}@{domain}",
        in_reply_to=answered,
        references=(answered,) if answered else (),
        files=tuple(files),
        is_automatic=True,
    )
    mail.send_raw(mail_building.build(built), sender.rpartition("<")[2].rstrip("> "), [to])
