"""Fills the peer: `fill.py TICKETS`. Four of staff, and tickets a third of a minute apart, every tenth of them open,
each with what its customer asked and what staff answered.
"""

import os
import sys
from typing import Any

import django

_TICKETS = """
INSERT INTO helpdesk_ticket (title, created, modified, submitter_email, status, on_hold, description, priority,
                             assigned_to_id, queue_id, secret_key)
SELECT 'Ticket ' || i, now() - (%(count)s - i) * interval '20 seconds', now() - (%(count)s - i) * interval '20 seconds',
       'customer' || i || '@peer.example', CASE WHEN i %% 10 = 0 THEN 1 ELSE 4 END, false,
       'How do I change the address of my order ' || i || '? It has not left yet.', 3, %(staff)s + i %% 3, %(queue)s, md5(i::text)
FROM generate_series(1, %(count)s) i
"""
_ASKED = """
INSERT INTO helpdesk_followup (date, title, comment, public, ticket_id)
SELECT created, 'Ticket Opened', description, true, id FROM helpdesk_ticket
"""
_ANSWERED = """
INSERT INTO helpdesk_followup (date, title, comment, public, ticket_id, user_id)
SELECT created + interval '1 minute', 'Comment', 'Thank you. We have changed it for you; is there anything else?', true, id,
       assigned_to_id FROM helpdesk_ticket
"""


def main(count: int) -> None:
    """Fills an empty site."""
    django.setup()
    from django.contrib.auth.models import User
    from django.db import connection
    from helpdesk.models import Queue

    queue = Queue.objects.create(title="Support", slug="support", email_address="support@peer.example")
    staff = [_staff(User, number) for number in range(4)]
    with connection.cursor() as cursor:
        cursor.execute(_TICKETS, {"count": count, "staff": staff[1].id, "queue": queue.id})
        cursor.execute(_ASKED)
        cursor.execute(_ANSWERED)
        cursor.execute("VACUUM ANALYZE")


def _staff(users: Any, number: int) -> Any:
    password = os.environ["PEER_SECRET"]
    return users.objects.create_user(
        f"staff{number}", f"staff{number}@peer.example", password, is_staff=True, first_name="Staff", last_name=str(number)
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
