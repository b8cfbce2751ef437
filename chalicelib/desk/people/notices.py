"""Notices: mails that the desk writes itself, from the stage's own sender, so that no program answers."""

from collections.abc import Sequence

from chalicelib import config
from chalicelib.context import Context
from chalicelib.models import mail
from chalicelib.rules import mail_building
from chalicelib.rules.mail_building import Outgoing

File = tuple[str, str, bytes]


def send(ctx: Context, to: str, subject: str, text: str, html: str | None = None, files: Sequence[File] = ()) -> None:
    """Sends a mail to one address; files are name, media type, bytes. One request. Raises NoAddress, and what `mail.send_raw`
    does.
    """
    domain = config.MAIL_FROM.rpartition("@")[2].rstrip("> ")
    built = Outgoing(
        sender=config.MAIL_FROM,
        to=(to,),
        subject=subject,
        text=text,
        html=html,
        message_id=f"{ctx.new_id()}@{domain}",
        files=tuple(files),
        is_automatic=True,
    )
    mail.send_raw(mail_building.build(built), config.MAIL_FROM, [to])
