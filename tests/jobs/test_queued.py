"""The registry of events and the jobs' tables of handlers agree, both ways."""

import logging
from collections.abc import Mapping
from typing import get_args, get_type_hints

import pytest

import app
from chalicelib import config
from chalicelib.desk.core import publishing
from chalicelib.desk.core.events import Event
from chalicelib.jobs import automate, deliver, index, mail, notify, route, timers
from chalicelib.jobs.queued import Handler
from tests.jobs.test_events import SAMPLES
from tests.world import World

#: Each queue's lambda, and the table of its job.
JOBS: dict[str, tuple[str, Mapping[type[Event], Handler]]] = {
    publishing.ROUTING: ("route_conversations", route.HANDLERS),
    publishing.TIMERS: ("fire_timers", timers.HANDLERS),
    publishing.NOTIFY: ("notify_sockets", notify.HANDLERS),
    publishing.MAIL: ("send_mail", mail.HANDLERS),
    publishing.AUTOMATION: ("fire_triggers", automate.HANDLERS),
    publishing.SEARCH: ("index_words", index.HANDLERS),
    publishing.WEBHOOKS: ("deliver_webhooks", deliver.HANDLERS),
}


def test_a_subscriber_is_a_queue_that_a_lambda_reads() -> None:
    read = {source.queue: source.name for source in app.app.event_sources if hasattr(source, "queue")}
    from_aws = {config.queue("inbound"): "receive_mail", config.queue("mail-events"): "note_mail_events"}
    assert read == from_aws | {config.queue(queue): function for queue, (function, _) in JOBS.items()}
    assert {queue for wanted in publishing.SUBSCRIBERS.values() for queue in wanted} == set(JOBS)


@pytest.mark.parametrize("queue", JOBS)
def test_a_subscriber_handles_all_that_it_is_given_and_nothing_else(queue: str) -> None:
    given = {event for event, wanted in publishing.SUBSCRIBERS.items() if queue in wanted}
    assert set(JOBS[queue][1]) == given


@pytest.mark.parametrize("queue", JOBS)
def test_a_handler_takes_the_events_that_it_is_listed_for(queue: str) -> None:
    for event, handler in JOBS[queue][1].items():
        taken = get_type_hints(handler)["event"]
        assert event in (get_args(taken) or (taken,)), (event, handler)


@pytest.mark.parametrize("queue", JOBS)
def test_an_event_that_is_not_for_a_queue_fails_there_and_its_line_names_it(
    world: World, caplog: pytest.LogCaptureFixture, queue: str
) -> None:
    foreign = next(sample for sample in SAMPLES if queue not in publishing.SUBSCRIBERS[type(sample)])
    caplog.set_level(logging.INFO, "polydesk")
    with pytest.raises(ExceptionGroup, match="all of a batch"):
        world.deliver(queue, publishing.encode(foreign))
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert {"error=NotHandled", f"event={publishing.name_of(foreign)}"} <= set(line.split())
