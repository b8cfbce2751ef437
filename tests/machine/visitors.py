"""What visitors do, over PPMessage alone."""

import uuid
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.machine.deliveries import CrashPoint
from tests.machine.stage import Guest, Stage
from tests.visitors import Answer, Visitor

MOST_VISITORS = 4
#: What a visitor may ask for: their own, who serves them, and one of the agents.
READS = ["PP_PAGE_HISTORY_MESSAGE", "PP_GET_CONVERSATION_INFO", "PP_GET_CONVERSATION_USER_LIST", "PP_GET_USER_CONVERSATION_LIST"]
READS += ["PP_GET_USER_DETAIL", "PP_GET_APP_SERVICE_USER_LIST"]
which = st.integers(0, 5)
#: A process dies now and then.
crashes = st.none() | st.none() | st.none() | st.builds(CrashPoint, st.integers(1, 6), st.booleans())


def has_visitors(machine: "VisitorsAct") -> bool:
    """Whether there is anybody to act."""
    return bool(machine.stage.guests)


class VisitorsAct(RuleBasedStateMachine):
    """They come, write, listen, read, wait in queues and leave."""

    stage: Stage

    def pp(self, endpoint: str, *, at: CrashPoint | None = None, **given: Any) -> Answer:
        """A call of a visitor's page."""
        return self.stage.repeated(lambda: self.stage.page.pp(endpoint, app_uuid=self.stage.world.account, **given), at)

    @precondition(lambda self: len(self.stage.guests) < MOST_VISITORS)
    @rule(says=st.booleans(), listens=st.booleans())
    def a_visitor_comes(self, says: bool, listens: bool) -> None:
        trace = str(uuid.uuid4())
        user = self.pp("PP_CREATE_ANONYMOUS", ppcom_trace_uuid=trace).body["user_uuid"]
        device = self.pp("PP_CREATE_DEVICE", device_id=trace, device_ostype="BROWSER", ppcom_trace_uuid=trace, user_uuid=user)
        guest = Guest(Visitor(self.stage.page, user, device.body["device_uuid"], ""))
        self.stage.guests.append(guest)
        self.ask(guest, "PPCOM_GET_DEFAULT_CONVERSATION")
        if listens:
            self.stage.listen(guest, guest.visitor.device)
        if says:
            self.say(guest, None)

    def ask(self, guest: Guest, endpoint: str, **given: Any) -> None:
        """They ask for a conversation, and wait in a queue if they get none."""
        answer = self.pp(endpoint, user_uuid=guest.id, device_uuid=guest.visitor.device, **given)
        guest.visitor.conversation = answer.body.get("uuid", guest.visitor.conversation)
        self.stage.learn(guest)

    def say(self, guest: Guest, at: CrashPoint | None) -> None:
        """They write, if they have been let in."""
        if not guest.visitor.conversation:
            return
        text, id_ = self.stage.text("visitor says"), str(uuid.uuid4())
        answer = self.stage.repeated(lambda: guest.visitor.say(text, id_), at)
        assert answer.body["error_code"] == 0, answer.body
        guest.sent.setdefault(guest.visitor.conversation, []).append(text)

    @precondition(has_visitors)
    @rule(who=which, at=crashes)
    def a_visitor_writes(self, who: int, at: CrashPoint | None) -> None:
        self.say(self.stage.guest(who), at)

    @precondition(has_visitors)
    @rule(who=which)
    def a_visitor_asks_for_their_chat(self, who: int) -> None:
        self.ask(self.stage.guest(who), "PPCOM_GET_DEFAULT_CONVERSATION")

    @precondition(has_visitors)
    @rule(who=which, agent=which)
    def a_visitor_names_an_agent(self, who: int, agent: int) -> None:
        staff = self.stage.agent(agent)
        if staff:
            self.ask(self.stage.guest(who), "PPCOM_CREATE_CONVERSATION", member_list=[staff.id])

    @precondition(lambda self: has_visitors(self) and self.stage.groups)
    @rule(who=which, group=which)
    def a_visitor_asks_for_a_group(self, who: int, group: int) -> None:
        groups = self.stage.groups
        self.ask(self.stage.guest(who), "PPCOM_CREATE_CONVERSATION", group_uuid=groups[group % len(groups)])

    @precondition(has_visitors)
    @rule(who=which)
    def a_visitor_waits_no_more(self, who: int) -> None:
        guest = self.stage.guest(who)
        self.pp("PP_CANCEL_WAITING_CREATE_CONVERSATION", user_uuid=guest.id, device_uuid=guest.visitor.device)

    @precondition(has_visitors)
    @rule(who=which)
    def a_visitor_listens(self, who: int) -> None:
        guest = self.stage.guest(who)
        assert self.stage.listen(guest, guest.visitor.device), "a visitor may always listen"

    @precondition(has_visitors)
    @rule(who=which, says_so=st.booleans())
    def a_visitor_leaves(self, who: int, says_so: bool) -> None:
        self.stage.hang_up(self.stage.guest(who), says_so=says_so)

    @precondition(has_visitors)
    @rule(who=which, endpoint=st.sampled_from(READS), agent=which)
    def a_visitor_reads(self, who: int, endpoint: str, agent: int) -> None:
        guest, staff = self.stage.guest(who), self.stage.staff
        given: dict[str, Any] = {"user_uuid": guest.id}
        if "CONVERSATION_LIST" not in endpoint:
            given["conversation_uuid"] = guest.visitor.conversation
        if endpoint == "PP_GET_USER_DETAIL":
            given["user_uuid"] = staff[agent % len(staff)].id
        assert self.pp(endpoint, **given).status == 200

    @precondition(has_visitors)
    @rule(who=which, at=crashes)
    def a_visitor_acknowledges(self, who: int, at: CrashPoint | None) -> None:
        guest = self.stage.guest(who)
        lacking = self.pp("GET_UNACKED_MESSAGES", from_uuid=guest.id, device_uuid=guest.visitor.device).body["list"]
        assert self.pp("ACK_MESSAGE", at=at, user_uuid=guest.id, list=lacking).body["error_code"] == 0

    @precondition(lambda self: has_visitors(self) and self.stage.internal)
    @rule(who=which)
    def a_visitor_tries_to_read_what_is_among_agents(self, who: int) -> None:
        guest, hidden = self.stage.guest(who), self.stage.internal[-1]
        for endpoint in ("PP_PAGE_HISTORY_MESSAGE", "PP_GET_CONVERSATION_INFO", "PP_GET_CONVERSATION_USER_LIST"):
            answer = self.pp(endpoint, user_uuid=guest.id, conversation_uuid=hidden)
            assert answer.body["error_code"] != 0, (endpoint, answer.body)
