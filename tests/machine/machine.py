"""The machine: all who act, and AWS, which delivers what they did when and as often as it likes."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from chalicelib.desk.accounts import accounts
from tests import policies
from tests.machine import checks
from tests.machine.administrators import AdministratorsAct
from tests.machine.agents import AgentsAct
from tests.machine.deliveries import CrashPoint, dies
from tests.machine.stage import Stage
from tests.machine.visitors import VisitorsAct

ALLOCATIONS = [accounts.LEAST_LOADED, accounts.LEAST_LOADED, accounts.GROUP, accounts.EVERYONE]
#: Enough calls to reach the end of what most lambdas do.
crash_points = st.builds(CrashPoint, st.integers(1, 12), st.booleans())
#: Calls of clients between two rests: a desk that rests all the time has nothing in disorder.
_BETWEEN_RESTS = 10


class DeskMachine(VisitorsAct, AgentsAct, AdministratorsAct):
    """A desk: what was done to it is told in any order, repeated and cut off; then it comes to rest, and all must be true."""

    stage: Stage

    @initialize(seed=st.integers(0, 2**32 - 1), allocation=st.sampled_from(ALLOCATIONS), there=st.integers(0, 3))
    def a_desk_opens(self, seed: int, allocation: str, there: int) -> None:
        """Some agents are there, and a visitor who has something to say."""
        self.stage = Stage(seed, allocation)
        for at in range(there):
            self.an_agent_logs_in_and_listens(who=at, terminal="desk")
        self.a_visitor_comes(says=True, listens=True)

    @rule(picks=st.lists(st.integers(0, 30), min_size=1, max_size=5), at=crash_points, again=st.booleans())
    def a_lambda_dies(self, picks: list[int], at: CrashPoint, again: bool) -> None:
        for pick in picks:
            ready = self.stage.pool.ready()
            if ready:
                self.stage.pool.deliver(ready[pick % len(ready)], at, again=again)

    @rule(at=st.none() | crash_points)
    def the_schedule_sweeps(self, at: CrashPoint | None) -> None:
        dies(self.stage.world.sweep, at)

    @rule(seconds=st.sampled_from([1, 20, 60, 200, 950, 4000]))
    def time_passes(self, seconds: int) -> None:
        self.stage.pass_(seconds)
        policies.forget()

    @precondition(lambda self: self.stage.calls >= _BETWEEN_RESTS)
    @rule()
    def all_comes_to_rest(self) -> None:
        self.stage.rest()
        checks.check(self.stage)

    def teardown(self) -> None:
        """Whatever was done last, it comes to rest; and hours later nothing was forgotten."""
        if not hasattr(self, "stage"):
            return
        try:
            self.all_comes_to_rest()
            self.stage.pass_(5 * 3600)
            self.stage.rest()
            checks.check_later(self.stage)
        finally:
            self.stage.close()
