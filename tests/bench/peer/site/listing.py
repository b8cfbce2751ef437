"""The mended list, put in place of the shipped one by django-helpdesk's own setting HELPDESK_QUERY_CLASS.

The count is of ids, the page is found by an index, and what is shown of it is read for the page, in four queries.
"""

from typing import Any

from django.db.models import Max, QuerySet, Sum
from helpdesk import query
from helpdesk.models import FollowUp, Ticket, TicketDependency
from helpdesk.serializers import DatatablesTicketSerializer

_Shipped: Any = vars(query)["__Query__"]


class Query(_Shipped):
    """The list's query, with the same answer."""

    def get_datatables_context(self, **given: Any) -> dict[str, Any]:
        """What the table on the page shows."""
        column = dict(query.DATATABLES_ORDER_COLUMN_CHOICES)[given["order[0][column]"][0]]
        if self.params.get("search_string") or column == "last_followup":
            return dict(super().get_datatables_context(**given))
        found = self.get()
        found.query.distinct = False  # without a search nothing is joined that could repeat a ticket
        total = found.order_by().values("id").count()
        start, descending = int(given["start"][0]), "-" if given["order[0][dir]"][0] == "desc" else ""
        page = found.order_by(descending + column)[start : start + int(given["length"][0])]
        shown = DatatablesTicketSerializer(_whole(page), many=True).data
        return {"data": shown, "recordsFiltered": total, "recordsTotal": total, "draw": int(given["draw"][0])}


def _whole(page: QuerySet[Any]) -> list[Any]:
    """The page's tickets with all that is shown of them."""
    tickets = list(page.select_related("queue", "assigned_to", "kbitem"))
    said = FollowUp.objects.filter(ticket__in=tickets).order_by().values("ticket_id")
    about = {row["ticket_id"]: row for row in said.annotate(last=Max("date"), spent=Sum("time_spent"))}
    open_ = TicketDependency.objects.filter(ticket__in=tickets, depends_on__status__in=Ticket.OPEN_STATUSES)
    blocked = set(open_.values_list("ticket_id", flat=True))
    for ticket in tickets:
        row = about.get(ticket.id, {})
        ticket.last_followup, ticket._time_spent = row.get("last"), row.get("spent")
        ticket._can_be_resolved = ticket.id not in blocked
    return tickets
