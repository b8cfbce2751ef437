"""What the properties of several rules are tried with."""

from hypothesis import strategies as st

from chalicelib.rules.deadlines import AutoClose, CloseRule, Deadlines
from chalicelib.rules.status import CLOSED, STATUSES

#: Epoch milliseconds from 1970 to 2100.
times = st.integers(0, 4_102_444_800_000)
#: Seconds that an account may set, up to a year.
spans = st.integers(1, 31_536_000)


@st.composite
def auto_closes(draw: st.DrawFn, is_enabled: bool | None = None) -> AutoClose:
    """Settings as an account may have them: the warning comes no later than the closing."""
    warn_after, close_after = sorted((draw(spans), draw(spans)))
    return AutoClose(draw(st.booleans()) if is_enabled is None else is_enabled, draw(spans), warn_after, close_after)


@st.composite
def close_rules(draw: st.DrawFn) -> CloseRule:
    """A rule as an account may have it."""
    warn_after, close_after = sorted((draw(spans), draw(spans)))
    return CloseRule(warn_after, close_after, draw(groups), draw(st.none() | st.sampled_from(OPEN)))


groups = st.none() | st.integers(1, 3)
OPEN = [one for one in STATUSES if one != CLOSED]
due = st.builds(Deadlines, st.none() | times, st.none() | times, st.none() | times)
