"""What agents do, over all four dialects."""

import uuid

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from chalicelib.context import ADMIN, AGENT
from chalicelib.desk.conversations import conversations, group_chats, messages
from chalicelib.desk.conversations.group_chats import CreateConversation
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.dialects.anytime.shapes import moment
from tests.machine.deliveries import CrashPoint
from tests.machine.stage import Staff, Stage
from tests.machine.visitors import crashes, which
from tests.machine.witness import AMONG_AGENTS, NOTE
from tests.visitors import Answer

ANYTIME, ONEVIEW = "/api/v3/anytime", "/cs-chat-ticket/v1"
PRESENCES = ["online", "online", "away", "busy", "offline"]
STATUSES = ["new", "pendingInternal", "pendingExternal", "onHold", "closed"]


def has_chats(machine: "AgentsAct") -> bool:
    """Whether there is an agent, and anything to work on."""
    return bool(machine.stage.chats) and machine.stage.agent(0) is not None


def has_agents(machine: "AgentsAct") -> bool:
    """Whether anybody can log in."""
    return machine.stage.agent(0) is not None


class AgentsAct(RuleBasedStateMachine):
    """They come and go, answer, take notes, pick, close, hand on, and talk among themselves."""

    stage: Stage

    def able(self, which: int) -> Staff:
        """One of those who can log in."""
        staff = self.stage.agent(which)
        assert staff is not None
        return staff

    def address(self, chat: str) -> str:
        """A conversation's in Anytime."""
        return f"{ANYTIME}/conversations/{conversations.load(self.stage.world.ctx(ADMIN), chat).number}"

    @precondition(has_agents)
    @rule(who=which, word=st.sampled_from(PRESENCES), at=crashes)
    def an_agent_is_there_or_not(self, who: int, word: str, at: CrashPoint | None) -> None:
        self.stage.call("PUT", f"{ONEVIEW}/status", {"status": word}, by=self.able(who), at=at)

    @precondition(has_agents)
    @rule(who=which, terminal=st.sampled_from(["desk", "laptop"]))
    def an_agent_logs_in_and_listens(self, who: int, terminal: str) -> None:
        staff = self.able(who)
        token = self.stage.token("PPKEFU", staff)
        given = {"user_email": staff.person.email, "terminal": f"{terminal} {staff.person.id}", "ostype": "BROWSER"}
        answer = self.client("PPKEFU_LOGIN", token, **given)
        assert answer.body["error_code"] == 0, answer.body
        assert self.stage.listen(staff, answer.body["device_uuid"], token)

    @precondition(has_agents)
    @rule(who=which, says_so=st.booleans())
    def an_agents_line_dies(self, who: int, says_so: bool) -> None:
        self.stage.hang_up(self.able(who), says_so=says_so)

    @precondition(has_chats)
    @rule(who=which, chat=which, at=crashes, kind=st.sampled_from(["reply", "reply", "note"]))
    def an_agent_writes(self, who: int, chat: int, at: CrashPoint | None, kind: str) -> None:
        text = self.stage.text(NOTE if kind == "note" else "agent says")
        path = f"{self.address(self.stage.chat(chat))}/messages"
        body, key = {"type": kind, "plainBody": text}, str(uuid.uuid4())
        answer = self.stage.call("POST", path, body, by=self.able(who), at=at, Idempotency_Key=key)
        assert answer.status == 200, answer

    @precondition(has_chats)
    @rule(who=which, chat=which)
    def an_agent_picks(self, who: int, chat: int) -> None:
        self.stage.call("PUT", f"{ONEVIEW}/tickets/{self.stage.chat(chat)}/pickedTime", by=self.able(who))

    @precondition(has_chats)
    @rule(who=which, chat=which, at=crashes)
    def an_agent_closes(self, who: int, chat: int, at: CrashPoint | None) -> None:
        self.stage.call("DELETE", f"{ONEVIEW}/rooms/{self.stage.chat(chat)}", by=self.able(who), at=at)

    @precondition(has_chats)
    @rule(who=which, to=st.none() | which, chat=which, at=crashes)
    def an_agent_hands_it_on(self, who: int, to: int | None, chat: int, at: CrashPoint | None) -> None:
        given = {"agentAssigneeId": None if to is None else self.able(to).person.number}
        answer = self.stage.call("PUT", self.address(self.stage.chat(chat)), given, by=self.able(who), at=at)
        assert answer.status == 200, answer

    @precondition(has_chats)
    @rule(who=which, chat=which, status=st.sampled_from(STATUSES))
    def an_agent_moves_it(self, who: int, chat: int, status: str) -> None:
        answer = self.stage.call("PUT", self.address(self.stage.chat(chat)), {"status": status}, by=self.able(who))
        assert answer.status == 200, answer

    @precondition(has_chats)
    @rule(who=which, chat=which, seconds=st.sampled_from([None, 1, 300, 1000, 4000]), at=crashes)
    def an_agent_snoozes_it(self, who: int, chat: int, seconds: int | None, at: CrashPoint | None) -> None:
        until = {"until": moment(self.stage.world.now + seconds * 1000)} if seconds else {}
        path = f"{self.address(self.stage.chat(chat))}/snooze"
        answer = self.stage.call("PUT" if seconds else "DELETE", path, until, by=self.able(who), at=at)
        assert answer.status in (200, 409), answer

    @precondition(has_chats)
    @rule(who=which, chat=which, opens=st.booleans())
    def an_agent_closes_it_for_themselves(self, who: int, chat: int, opens: bool) -> None:
        agent = self.able(who)
        given = {"app_uuid": self.stage.world.account, "user_uuid": agent.id, "conversation_uuid": self.stage.chat(chat)}
        endpoint = "PP_OPEN_CONVERSATION" if opens else "PP_CLOSE_CONVERSATION"
        self.client(endpoint, self.stage.token("PPKEFU", agent), **given)

    @precondition(has_chats)
    @rule(who=which, other=which, chat=which, joins=st.booleans())
    def an_agent_changes_members(self, who: int, other: int, chat: int, joins: bool) -> None:
        given = {"action": "ADD" if joins else "REMOVE", "member_list": [self.able(other).id]}
        self.change_members(who, chat, **given)

    @precondition(lambda self: has_chats(self) and self.stage.groups)
    @rule(who=which, chat=which, group=which)
    def an_agent_moves_it_to_a_group(self, who: int, chat: int, group: int) -> None:
        self.change_members(who, chat, group_uuid=self.stage.groups[group % len(self.stage.groups)])

    def change_members(self, who: int, chat: int, **given: object) -> None:
        """Who takes part in a conversation, or the group that it is of."""
        named = {"app_uuid": self.stage.world.account, "conversation_uuid": self.stage.chat(chat)}
        self.client("PP_UPDATE_CONVERSATION_MEMBER", self.stage.token("PPKEFU", self.able(who)), **named, **given)

    def client(self, endpoint: str, token: str, **given: object) -> Answer:
        """A call of an agent's PPMessage client, which may be refused."""
        headers = {"Authorization": f"OAuth {token}"}
        return self.stage.repeated(lambda: self.stage.world.call("POST", f"/api/{endpoint}", given, **headers), None)

    @precondition(lambda self: sum(each.is_able for each in self.stage.staff) > 1)
    @rule(who=which, other=which)
    def agents_talk_among_themselves(self, who: int, other: int) -> None:
        one, another = self.able(who), self.able(other)
        if one.id == another.id:
            return
        ctx = self.stage.world.ctx(AGENT, one.person)
        talk = group_chats.create(ctx, CreateConversation(one.id, (another.id,), internal=True)).conversation.id
        messages.post(ctx, PostMessage(talk, self.stage.text(AMONG_AGENTS)))
        self.stage.internal += [talk] if talk not in self.stage.internal else []
