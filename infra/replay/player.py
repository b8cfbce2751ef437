"""Plays one chat after its script, and reads it back. A player serves many threads, a chat is one thread's at a time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from threading import Lock

import httpx

from infra.replay.check import Line, Verdict, compare
from infra.replay.desk import Agent, Refused, Visitor, Web, awaited
from infra.replay.script import VISITOR, Script, Turn

#: Seconds that a chat's visitor waits for an agent, once.
PATIENCE = 60


@dataclass
class Chat:
    """A script and what has become of it. `assignee` is the first agent's uuid, `holder` the latest agent."""

    script: Script
    visitor: Visitor | None = None
    assignee: str | None = None
    holder: Agent | None = None
    number: int | None = None
    sent: list[Line] = field(default_factory=list)
    answered: int = 0
    unanswered: int = 0
    is_closed: bool = False
    is_reassigned: bool = False
    verdict: Verdict = field(default_factory=Verdict)
    problems: list[str] = field(default_factory=list)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Around requests: what goes wrong becomes a problem of this chat and ends none of the others."""
        try:
            yield
        except Refused as error:
            self.problems.append(str(error))
        except httpx.RequestError as error:
            self.problems.append(f"{error.request.method} {error.request.url.path} has no answer: {error!r}")
        except (LookupError, TypeError, ValueError) as error:
            self.problems.append(f"an answer is not as documented: {error!r}")


class Player:
    """Plays chats into a desk, whose agents are online."""

    def __init__(self, webs: Sequence[Web], app: str, token: str, agents: Sequence[Agent], *, leave_open: bool = False) -> None:
        self._homes, self._app, self._token = cycle(webs), app, token
        self._agents = {agent.id: agent for agent in agents}
        self._leave_open = leave_open
        self._door = Lock()

    def play(self, chat: Chat) -> None:
        """All turns of the script, and the closing."""
        with chat.noting():
            visitor = chat.visitor = self._arrive(chat.script)
            for turn in chat.script.turns:
                self._say(chat, visitor, turn)
        with chat.noting():
            self._close(chat)

    def _arrive(self, script: Script) -> Visitor:
        """Lets visitors who are greeted come one at a time: only the moment of opening tells their silent chats apart."""
        if not script.is_greeted:
            return Visitor.arrive(next(self._homes), self._token, self._app, [*self._agents])
        with self._door:
            return Visitor.arrive(next(self._homes), self._token, self._app, [*self._agents])

    def _say(self, chat: Chat, visitor: Visitor, turn: Turn) -> None:
        if turn.speaker == VISITOR:
            chat.sent.append(turn.line)
            visitor.say(turn.text)
        elif agent := self._agent(chat, visitor):
            self._reply(chat, visitor, agent, turn)
        else:
            chat.unanswered += 1
            chat.problems.append(f"nobody answers at turn {turn.number}")

    def _agent(self, chat: Chat, visitor: Visitor) -> Agent | None:
        """Waits for the agent who has the chat and returns them. If they did not come once, they are not waited for again."""
        patience = 0 if chat.unanswered else PATIENCE
        uuid: str | None = awaited(lambda: visitor.info()["assigned_uuid"], patience)
        if uuid is None:
            return None
        if uuid not in self._agents:
            raise Refused(f"it is assigned to {uuid}, who is not one of the agents online")
        chat.holder = self._agents[uuid]
        self._held_by(chat, uuid)
        return chat.holder

    def _held_by(self, chat: Chat, uuid: str | None) -> None:
        """Checks that one agent has the chat from the first turn to the last."""
        chat.assignee = chat.assignee or uuid
        if uuid != chat.assignee and not chat.is_reassigned:
            chat.is_reassigned = True
            chat.problems.append(f"reassigned from {chat.assignee} to {uuid}")

    def _reply(self, chat: Chat, visitor: Visitor, agent: Agent, turn: Turn) -> None:
        if chat.number is None:
            chat.number = awaited(lambda: agent.find(visitor), PATIENCE)
        if chat.number is None:
            raise Refused(f"{agent.email} does not find conversation {visitor.conversation} in Anytime")
        chat.sent.append(turn.line)
        agent.reply(chat.number, turn.text, key=f"{visitor.conversation}:{turn.number}")
        chat.answered += 1

    def _close(self, chat: Chat) -> None:
        if chat.visitor and chat.holder and not self._leave_open:
            chat.holder.close(chat.visitor.conversation)

    def verify(self, chat: Chat) -> None:
        """Compares what was sent with what each side is shown."""
        with chat.noting():
            if chat.visitor:
                self._verify(chat, chat.visitor)

    def _verify(self, chat: Chat, visitor: Visitor) -> None:
        info = visitor.info()
        chat.is_closed = info["status"] == "CLOSE"
        if not chat.is_closed and not self._leave_open:
            chat.problems.append("not closed")
        self._held_by(chat, info["assigned_uuid"])
        self._compare(chat, visitor)

    def _compare(self, chat: Chat, visitor: Visitor) -> None:
        views = {"PPMessage": visitor.history()}
        if chat.holder and chat.number:
            views["Anytime"] = chat.holder.thread(chat.number)
        verdicts = {name: compare(chat.sent, shown) for name, shown in views.items()}
        for name, verdict in verdicts.items():
            chat.problems += [f"{name} shows {complaint}" for complaint in verdict.complaints()]
        if len({tuple(shown) for shown in views.values()}) > 1:
            chat.problems.append("PPMessage and Anytime do not show the same")
        first, *others = verdicts.values()
        chat.verdict = first.worse(others[0]) if others else first
