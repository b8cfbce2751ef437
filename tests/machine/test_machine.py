"""A desk whose events come in any order, several times, and whose processes die: what must be true of it stays true."""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.machine import DeskMachine

#: `make machine` sets it: so many runs that differ each time. A run that fails is printed, step by step.
LONG = os.environ.get("MACHINE_EXAMPLES", "")
RUNS = settings(
    max_examples=int(LONG or 8),
    stateful_step_count=40,
    deadline=None,
    derandomize=not LONG,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink] if LONG else [Phase.generate],
)


def test_whatever_happens_a_desk_comes_to_rest_with_nothing_lost_doubled_or_told_to_the_wrong_one(aws: None) -> None:
    run_state_machine_as_test(DeskMachine, settings=RUNS)
