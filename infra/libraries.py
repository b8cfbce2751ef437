"""Libraries of the desk's pages: what npm has installed below infra/web/, put where the pages are served from.

`make run` and `make deploy` do it once, and again after infra/web/package-lock.json has changed. Nothing of it is in git.
"""

import gzip
import json
import re
import shutil
import sys
from pathlib import Path

from chalicelib.pages import files

WEB = Path(__file__).with_name("web")
_MODULES = WEB / "node_modules"
#: Where a library says its source map is, which is not served.
_MAP = re.compile(rb"\n?//# sourceMappingURL=\S+\s*$")


def main() -> int:
    """Puts the files that `polydesk` of package.json names where `files` finds them; returns the exit code."""
    shutil.rmtree(files.LIBRARIES, ignore_errors=True)
    files.LIBRARIES.mkdir()
    for name, path in wanted().items():
        text = _MAP.sub(b"\n", (_MODULES / path).read_bytes())
        (files.LIBRARIES / files.library_file(name)).write_bytes(gzip.compress(text, 9, mtime=0))
    (files.LIBRARIES / files.LICENSES).write_bytes(gzip.compress(_licenses(), 9, mtime=0))
    return 0


def wanted() -> dict[str, str]:
    """The file of each library below node_modules, by the name that modules import it by."""
    return dict(json.loads((WEB / "package.json").read_text())["polydesk"])


def _licenses() -> bytes:
    """What the licences of all that is installed ask to be kept with it."""
    found = sorted(path for path in _MODULES.rglob("*") if re.fullmatch(r"(?i)licen[cs]e(\.\w+)?", path.name) and path.is_file())
    return b"\n\n".join(str(path.parent.relative_to(_MODULES)).encode() + b"\n\n" + path.read_bytes() for path in found)


if __name__ == "__main__":
    sys.exit(main())
