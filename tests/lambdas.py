"""The lambdas of app.py, called in this process under their own policies, and what they send meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalice.test import Client

import app
from chalicelib.models import base, queues, sockets, storage
from tests import policies

http = Client(app.app).http
#: What makes Lambda's events of calls over HTTP, and says which address they come from.
events: Any = http._local_gateway.event_converter


def invoke(function: str, event: dict[str, Any]) -> Any:
    """What a lambda of app.py returns for an event, under its own policy."""
    with policies.acting(function):
        return getattr(app, function)(event, None)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The requests that a warm process sends to DynamoDB, SQS and S3 meanwhile, by operation: it has the queues' addresses."""
    sent: list[str] = []

    def note(model: Any, **_: Any) -> None:
        if model.name != "GetQueueUrl":
            sent.append(model.name)

    events = [client.meta.events for client in (base.connection.client, queues.client(), sockets.client(), storage.client())]
    for emitter in events:
        emitter.register("before-call", note)
    try:
        yield sent
    finally:
        for emitter in events:
            emitter.unregister("before-call", note)
