"""`make chaos` for half a minute."""

from pathlib import Path

import pytest

from tests.chaos.test_chaos import chaos


@pytest.mark.slow
def test_a_desk_that_is_killed_again_and_again_has_lost_nothing(tmp_path: Path) -> None:
    assert "nothing lost" in chaos(tmp_path, "--minutes", "0.5", "--close", "8")
