"""The search queue: the search follows what is said, and who contacts are."""

from collections.abc import Mapping

from chalicelib.context import Context
from chalicelib.desk.core import publishing
from chalicelib.desk.core.account_events import SearchDue
from chalicelib.desk.core.events import ConversationTextsChanged, Event
from chalicelib.desk.core.people_events import ContactNamesChanged
from chalicelib.desk.search import search
from chalicelib.jobs import queued
from chalicelib.jobs.batch import Record
from chalicelib.jobs.queued import Handler
from chalicelib.telemetry import Line


def index(record: Record) -> None:
    """Handles one record of the search queue. Repeated, late or out of order it changes nothing."""
    queued.handle("index", record, HANDLERS)


def _texts_changed(ctx: Context, event: ConversationTextsChanged, line: Line) -> str:
    return _later(ctx, search.index(ctx, event.conversation, event.number, anew=event.anew))


def _names_changed(ctx: Context, event: ContactNamesChanged, line: Line) -> str:
    """Publishes an event for each of the contact's conversations."""
    found = search.of_contact(ctx, event.contact)
    publishing.publish(
        [ConversationTextsChanged(ctx.account, ctx.now, conversation, number, anew=True) for conversation, number in found],
        ctx.now,
    )
    line.add(sent=len(found))
    return "sent"


def _due(ctx: Context, event: SearchDue, line: Line) -> str:
    return _later(ctx, search.tidy(ctx))


def _later(ctx: Context, due_at: int | None) -> str:
    publishing.publish([SearchDue(ctx.account, ctx.now, due_at)] if due_at is not None else [], ctx.now)
    return "done" if due_at is None else "goes on"


HANDLERS: Mapping[type[Event], Handler] = {
    ConversationTextsChanged: _texts_changed,
    ContactNamesChanged: _names_changed,
    SearchDue: _due,
}
