"""Which of xdist's processes runs which test file: a whole file goes to one process, and half of the processes begin with files
that mostly wait, for a browser or for a desk of their own. So there is always another one that keeps a core busy.
"""

from pathlib import Path

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

_TESTS = Path(__file__).parent
#: Files whose tests wait more than they compute, as paths from here.
_WAITING = ("e2e/", "chaos/", "infra/test_local", "infra/test_package", "infra/test_server", "docs/test_readme")


def is_waiting(path: Path) -> bool:
    """Returns whether a file's tests mostly wait."""
    return path.relative_to(_TESTS).as_posix().startswith(_WAITING)


class Scheduling(LoadFileScheduling):
    """Gives out files in their order: the first half of the processes gets those that wait first, the other half those that
    compute, and each the others once its own are gone.
    """

    def _assign_work_unit(self, node: WorkerController) -> None:
        waits = self.nodes.index(node) < len(self.nodes) // 2
        file = next((file for file in self.workqueue if is_waiting(_TESTS.parent / file) == waits), None)
        if file:
            self.workqueue.move_to_end(file, last=False)
        super()._assign_work_unit(node)
