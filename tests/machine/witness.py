"""What clients were told: which event had a message pushed to a socket, and all that a visitor has seen."""

import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from tests.machine.deliveries import Pool
from tests.visitors import Answer
from tests.websockets import Socket
from tests.world import World

#: Begin the texts that no visitor may see: a note's, and those of a conversation among agents.
NOTE, AMONG_AGENTS = "note to ourselves", "among ourselves"


class Told(list[Any]):
    """What a socket was told; whoever wants to know is told at once, too."""

    def __init__(self, tell: Callable[[Any], None]) -> None:
        super().__init__()
        self._tell = tell

    def append(self, told: Any, /) -> None:
        """One thing more."""
        super().append(told)
        self._tell(told)


class Witness:
    """Of all sockets which messages of a queue had each of a conversation's pushed, and what of all else a visitor saw."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        #: By socket and message.
        self.pushed_by: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self.shown: list[str] = []

    def socket(self, *, of_visitor: bool) -> Socket:
        """A new socket that is watched."""
        id_ = f"{uuid.uuid4().hex[:11]}="
        return Socket(id_, Told(partial(self._hear, id_, of_visitor)))

    def _hear(self, socket: str, of_visitor: bool, told: Any) -> None:
        if told["type"] == "MSG" and "id" in told["msg"]:
            self.pushed_by[socket, told["msg"]["id"]].add(str(self._pool.handled))
        if of_visitor:
            self.show(json.dumps(told))

    def show(self, text: str) -> None:
        """A visitor has seen a text."""
        self.shown.append(text)

    def leaked(self, secrets: Iterable[str]) -> list[str]:
        """What visitors saw of these; what was looked through is not looked at again."""
        found = [text for text in self.shown if any(secret in text for secret in secrets)]
        self.shown.clear()
        return found


class Page:
    """The page of a web site as its visitors have it: their calls, the answers to which are watched."""

    def __init__(self, world: World, witness: Witness) -> None:
        self._world, self._witness = world, witness
        self.account = world.account

    def pp(self, endpoint: str, label: str = "PPCOM", **given: Any) -> Answer:
        """A call at the visitors' level."""
        answer = self._world.pp(endpoint, label, **given)
        self._witness.show(f"{endpoint} {answer.raw.decode()}")
        return answer
