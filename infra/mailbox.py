"""Mail of `make run`: what the embedded SES takes is a file in a folder, which any mail program opens."""

import itertools
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Any

#: As text, so that it can be read as it is; its lines end as those of other files here do.
_POLICY = SMTPUTF8.clone(linesep="\n", cte_type="8bit")

_KEPT = 100


class Mailbox(list[dict[str, Any]]):
    """Takes the place of ministack's list of sent mails, of which it keeps the latest; what is added to it is also stored. Links
    in it are secrets.
    """

    def __init__(self, folder: Path) -> None:
        """Mails go into `folder`, made by the first of them, readable by its owner alone."""
        super().__init__()
        self._folder, self._serial = folder, itertools.count(1)

    def append(self, mail: dict[str, Any]) -> None:
        """Adds and stores one mail."""
        super().append(mail)
        del self[:-_KEPT]
        message = EmailMessage(policy=_POLICY)
        message["From"], message["To"], message["Subject"] = mail["Source"], ", ".join(mail["To"]), mail["Subject"]
        message.set_content(mail["BodyText"], cte="8bit")
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path = self._folder / f"{int(mail['Timestamp'] * 1000)}-{next(self._serial)}.eml"
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(message.as_bytes())
