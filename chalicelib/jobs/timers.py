"""The timers' queue, and the sweep that feeds it what is due later."""

from chalicelib import context
from chalicelib.desk import events, timers
from chalicelib.desk.events import DeadlineSet


def fire(body: str) -> None:
    """Handles one event of the timers' queue; again, late or out of order it changes nothing."""
    event = events.decode(body)
    if isinstance(event, DeadlineSet):
        timers.fire(context.system(event.account), event)


def sweep() -> int:
    """Once a minute: brings what is due soon onto the queue. Returns how many."""
    return timers.sweep(context.system())
