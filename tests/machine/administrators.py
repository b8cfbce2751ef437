"""What administrators do: who gets a chat, when it ends, who is in which group, and who works here at all."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts
from chalicelib.desk.people import people
from chalicelib.desk.teams import groups
from chalicelib.rules import presence
from tests.machine.agents import has_agents
from tests.machine.stage import Staff, Stage
from tests.machine.visitors import which
from tests.visitors import Answer

ANYTIME, LIVECHAT = "/api/v3/anytime", "/auth/addon/live_chat"
POLICIES = {"BROADCAST": accounts.EVERYONE, "SMART": accounts.LEAST_LOADED, "GROUP": accounts.GROUP}
MOST_GROUPS, MOST_AGENTS = 2, 5


class AdministratorsAct(RuleBasedStateMachine):
    """They change what the account has set, over the console, Anytime and LiveChat."""

    stage: Stage

    def console(self, endpoint: str, **given: object) -> Answer:
        """A call of the console's."""
        asked = {"app_uuid": self.stage.world.account, **given}
        return self.stage.repeated(lambda: self.stage.world.pp(endpoint, "PPCONSOLE", **asked), None)

    def done(self, endpoint: str, **given: object) -> Answer:
        """One that succeeds."""
        answer = self.console(endpoint, **given)
        assert answer.body["error_code"] == 0, answer.body
        return answer

    @rule(policy=st.sampled_from(sorted(POLICIES)))
    def the_account_allocates_otherwise(self, policy: str) -> None:
        self.done("PP_UPDATE_APP_INFO", app_route_policy=policy)

    @rule(wanted=st.sampled_from(presence.HANDED_OVER), tells=st.booleans())
    def the_account_hands_over_otherwise(self, wanted: str, tells: bool) -> None:
        self.done("PP_UPDATE_APP_INFO", hand_over=wanted, offline_message="We are asleep.", return_offline_message=tells)

    @rule(on=st.booleans(), seconds=st.sampled_from([30, 180, 1200]))
    def auto_close_changes(self, on: bool, seconds: int) -> None:
        given = {"isEnabled": on, "reassignUnpickedAfter": seconds, "warnAfter": seconds, "closeAfter": 2 * seconds}
        answer = self.stage.call("PUT", f"{ANYTIME}/autoClose", given, by=self.stage.owner)
        assert answer.status == 200, answer

    @rule(
        limit=st.none() | st.integers(0, 2),
        on=st.none() | st.booleans(),
        by=st.sampled_from(["loadBalancing", "roundRobin"]),
        paused=st.booleans(),
        last=st.booleans(),
    )
    def allocation_changes(self, limit: int | None, on: bool | None, by: str, paused: bool, last: bool) -> None:
        given = {"conversationLimitForAllAgents": limit, "defaultRule": by, "defaultPreferLastAssignee": last}
        given |= {"excludePendingExternal": paused, "excludeOnHold": paused} | ({} if on is None else {"isEnabled": on})
        answer = self.stage.call("PUT", f"{ANYTIME}/autoAllocation", given, by=self.stage.owner)
        assert answer.status == 200, answer

    @rule(who=which, accepts=st.booleans(), limit=st.none() | st.integers(0, 2))
    def an_agent_s_preferences_change(self, who: int, accepts: bool, limit: int | None) -> None:
        staff = [each for each in self.stage.staff if not each.is_gone]
        if staff:
            chosen = staff[who % len(staff)].person.number
            one = {"agentId": chosen, "maxConcurrentCount": limit, "isAcceptAllocation": accepts}
            given = {"ifEnableConversationLimitForEachAgent": True, "agentPreferences": [one]}
            answer = self.stage.call("PUT", f"{ANYTIME}/autoAllocation", given, by=self.stage.owner)
            assert answer.status == 200, answer

    @rule(on=st.booleans(), group=which)
    def the_simple_route_changes(self, on: bool, group: int) -> None:
        numbers = sorted(groups.load_numbers(self.stage.world.ctx(ADMIN)).values())
        to = {"simpleRouteToObject": "department", "simpleRouteToId": numbers[group % len(numbers)]} if numbers else {}
        given = {"isEnabled": on, "type": "simple", "simpleRouteToPriority": "high", **to}
        answer = self.stage.call("PUT", f"{ANYTIME}/routing/1", given, by=self.stage.owner)
        assert answer.status == 200, answer

    @precondition(lambda self: len(self.stage.groups) < MOST_GROUPS)
    @rule(distributes=st.booleans(), who=which)
    def a_group_is_made(self, distributes: bool, who: int) -> None:
        name = self.stage.text("group")
        made = self.done("PP_CREATE_ORG_GROUP", group_name=name, group_desc=name, is_distributor=distributes).body["uuid"]
        self.stage.groups.append(made)
        self.move(who, made, "PP_ADD_ORG_GROUP_USER")

    def move(self, who: int, group: str, endpoint: str) -> None:
        """Somebody comes into a group, or leaves it, if they are in it."""
        staff = self.stage.agent(who)
        if staff:
            self.console(endpoint, group_uuid=group, user_list=[staff.id])

    @precondition(lambda self: has_agents(self) and self.stage.groups)
    @rule(who=which, group=which, joins=st.booleans())
    def an_agent_changes_groups(self, who: int, group: int, joins: bool) -> None:
        endpoint = "PP_ADD_ORG_GROUP_USER" if joins else "PP_REMOVE_ORG_GROUP_USER"
        self.move(who, self.stage.groups[group % len(self.stage.groups)], endpoint)

    @precondition(lambda self: self.stage.groups)
    @rule(group=which, distributes=st.none() | st.booleans())
    def a_group_changes_or_goes(self, group: int, distributes: bool | None) -> None:
        known = self.stage.groups[group % len(self.stage.groups)]
        if distributes is None:
            self.done("PP_REMOVE_ORG_GROUP", group_uuid=known)
            self.stage.groups.remove(known)
        else:
            self.done("PP_UPDATE_ORG_GROUP", group_uuid=known, is_distributor=distributes)

    @rule(who=which)
    def an_agent_is_switched(self, who: int) -> None:
        staff = [each for each in self.stage.staff if not each.is_gone]
        if staff:
            chosen = staff[who % len(staff)]
            self.livechat("PUT", f"{LIVECHAT}/operator/update", email=chosen.person.email, status=chosen.is_off)
            chosen.is_off, chosen.token_version = not chosen.is_off, chosen.token_version + (not chosen.is_off)

    @precondition(lambda self: len(self.stage.staff) < MOST_AGENTS)
    @rule(who=which)
    def an_agent_is_removed_and_another_comes(self, who: int) -> None:
        staff = [each for each in self.stage.staff if not each.is_gone]
        chosen = staff[who % len(staff)]
        self.livechat("DELETE", "/auth/user/delete", email=chosen.person.email)
        chosen.is_gone = True
        email = f"{self.stage.text('new').replace(' ', '')}@{self.stage.world.account[-12:]}.test"
        self.livechat("POST", f"{LIVECHAT}/operator/add", email=email, name="New Agent")
        self.stage.staff.append(Staff(people.get_agent_by_email(self.stage.world.ctx(ADMIN), email)))

    def livechat(self, method: str, path: str, **given: object) -> None:
        """A call of the add-on's, which succeeds."""
        answer = self.stage.call(method, path, given, by=self.stage.owner)
        assert answer.status == 200, answer
