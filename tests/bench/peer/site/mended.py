"""What a site's owner could mend of django-helpdesk's ticket list from outside. The list itself is in `listing.py`.

As shipped, the list counts all tickets twice and sorts them once, each time as a DISTINCT of whole rows, descriptions
included, each with a subquery for its last follow-up; then every row shown asks three times more (its assignee, the time
spent, its dependencies). Notification mails are not made at all, because the other side of the comparison makes none.
"""

from typing import Any

from django.apps import AppConfig


class Mended(AppConfig):
    """Switches on what is mended when the site starts."""

    name = "mended"

    def ready(self) -> None:
        """Lets a ticket show what a list has read for it, and send nothing."""
        from helpdesk.models import Ticket

        for name in ("time_spent", "can_be_resolved"):
            setattr(Ticket, name, _read_before(name, getattr(Ticket, name)))
        Ticket.send = lambda *_, **__: set()


def _read_before(name: str, original: Any) -> property:
    """The property, or what a page has read for all its rows."""
    return property(lambda ticket: vars(ticket)[f"_{name}"] if f"_{name}" in vars(ticket) else original.fget(ticket))
