"""The automation queue: what happened to conversations, for triggers."""

from collections.abc import Mapping

from chalicelib.context import Context
from chalicelib.desk.automation import firing
from chalicelib.desk.core.events import Event, TriggerEvents
from chalicelib.jobs import queued
from chalicelib.jobs.batch import Record
from chalicelib.jobs.queued import Handler
from chalicelib.telemetry import Line


def automate(record: Record) -> None:
    """Handles one record of the automation queue. Repeated, late or out of order, a trigger fires once for an event."""
    queued.handle("automate", record, HANDLERS)


def _happened(ctx: Context, event: TriggerEvents, line: Line) -> str:
    fired = firing.run(ctx, event)
    line.add(happened=",".join(event.happened), triggers=",".join(map(str, fired)) or None)
    return "fired" if fired else "no trigger fires"


HANDLERS: Mapping[type[Event], Handler] = {TriggerEvents: _happened}
