"""Mail of `make run`: what the embedded SES takes is a file in a folder, which any mail program opens."""

import base64
import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

_KEPT = 100


class Mailbox(list[dict[str, Any]]):
    """Replaces ministack's list of sent mails, and keeps the latest. Each mail that is added is also stored, byte for byte. Links
    in it are secrets.
    """

    def __init__(self, folder: Path) -> None:
        """Mails go into `folder`, made by the first of them, readable by its owner alone."""
        super().__init__()
        self._folder, self._serial, self._raw = folder, itertools.count(1), b""

    def noting(self, parse: Callable[[str], Any]) -> Callable[[str], Any]:
        """Returns the function by which ministack parses a mail, which it does right before it adds what it has read."""

        def noted(encoded: str) -> Any:
            self._raw = base64.b64decode(encoded)
            return parse(encoded)

        return noted

    def append(self, mail: dict[str, Any]) -> None:
        """Adds one mail, and stores it with the time when it was taken, as SES does."""
        super().append(mail)
        del self[:-_KEPT]
        at = datetime.fromtimestamp(mail["Timestamp"], UTC)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path = self._folder / f"{int(mail['Timestamp'] * 1000)}-{next(self._serial)}.eml"
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(f"Date: {format_datetime(at)}\r\n".encode() + self._raw)
