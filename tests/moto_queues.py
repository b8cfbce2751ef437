"""moto's queues made faster; nothing that they answer changes."""

from functools import lru_cache
from threading import local
from typing import Any

from moto.core import utils
from moto.sqs import models
from moto.sqs.models import Message, Queue, SQSBackend


def _send_message(self: SQSBackend, *given: Any, **more: Any) -> Message:
    """Moto counts all that a queue has, three times, for each message that it gets."""
    _sending.to_queue = True
    try:
        return _SEND_MESSAGE(self, *given, **more)
    finally:
        _sending.to_queue = False


def _uncounted(count: Any) -> Any:
    return property(lambda self: 0 if getattr(_sending, "to_queue", False) else count.fget(self))


_SEND_MESSAGE, _sending = SQSBackend.send_message, local()
_COUNTS = [name for name in vars(Queue) if name.startswith("approximate_number_of_messages")]
FASTER: list[tuple[Any, str, Any]] = [
    (SQSBackend, "send_message", _send_message),
    *((Queue, name, _uncounted(vars(Queue)[name])) for name in _COUNTS),
    # A pure function that is asked the same in each request.
    (models, "camelcase_to_underscores", lru_cache(utils.camelcase_to_underscores)),
]
