"""Faults that `make run` makes on purpose, for `make chaos`: FAULTS="crash=0.01 drop=0.02 double=0.05 delay=0.2".

`crash` is the chance that a lambda dies at a call to AWS, before it or after it has taken effect; `drop` that an HTTP request is
carried out and not answered; `double` that a batch is delivered twice; `delay` the longest wait before a delivery, in seconds.
Without the variable nothing is changed. `infra` alone reads it: no deployed code knows of it.
"""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

Handler: TypeAlias = Callable[[Any, Any], Any]
VARIABLE = "FAULTS"
_HERE = threading.local()


class Died(BaseException):
    """A lambda has died; no code of the desk may catch it."""


class Crashed(Exception):
    """The answer of AWS for a lambda that died."""


@dataclass(frozen=True)
class Faults:
    """How often each goes wrong."""

    crash: float = 0.0
    drop: float = 0.0
    double: float = 0.0
    delay: float = 0.0

    @classmethod
    def of(cls, text: str) -> "Faults":
        """What a variable says. Raises ValueError."""
        pairs = dict(part.split("=") for part in text.split())
        if not pairs.keys() <= cls.__dataclass_fields__.keys():
            raise ValueError(f"{VARIABLE} has {', '.join(cls.__dataclass_fields__)}, not {text!r}")
        return cls(**{name: float(value) for name, value in pairs.items()})

    def is_dropped(self) -> bool:
        """Whether this answer is lost on its way."""
        return _happens(self.drop)

    @contextmanager
    def dying(self) -> Iterator[None]:
        """Around a lambda, which may die meanwhile. Raises Crashed."""
        _HERE.can_die = self.crash > 0
        try:
            yield
        except Died as error:
            _forget()
            raise Crashed from error
        finally:
            _HERE.can_die = False

    def around(self, handler: Handler) -> Handler:
        """The handler as a queue or a stream calls it: late, twice, and it may die."""

        def call(event: Any, context: Any) -> Any:
            time.sleep(random.uniform(0, self.delay))  # noqa: S311 (no secret)
            for _ in range(2 if _happens(self.double) else 1):
                with self.dying():
                    answer = handler(event, context)
            return answer

        return call if self != Faults() else handler

    def arm(self) -> None:
        """Has the desk's calls to AWS die from now on, where a lambda makes them."""
        if self.crash:
            from chalicelib.models import base, mail, queues, sockets, storage

            for client in (base.connection.client, queues.client(), sockets.client(), storage.client(), mail.client()):
                for point in ("before-call", "after-call"):
                    client.meta.events.register(point, self._die)

    def _die(self, **_: Any) -> None:
        if getattr(_HERE, "can_die", False) and _happens(self.crash / 2):
            _HERE.can_die = False
            raise Died


def _happens(chance: float) -> bool:
    return random.random() < chance  # noqa: S311 (no secret)


def _forget() -> None:
    """The next lambda is a new process."""
    from chalicelib.desk.core import cache

    cache.clear_all()


FAULTS = Faults.of(os.environ.get(VARIABLE, ""))
