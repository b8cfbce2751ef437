"""The README's conversation in curl works as it stands."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.docs.pages import README, section
from tests.running import Desk
from tests.waiting import PATIENCE


def test_the_conversation_in_curl_works_on_a_new_desk(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```sh\n(.*?)^```", section(README.read_text(), "A conversation in curl"), re.MULTILINE | re.DOTALL)
    desk = Desk(tmp_path / ".local")
    try:
        desk.ready()
        command = ["bash", "-euo", "pipefail", "-c", block]
        ran = subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
    finally:
        desk.stop()
        desk.process.communicate()
        desk.http.close()
    assert ran.returncode == 0, ran.stderr
    presence, sent, tickets, listed, reply, history = _documents(ran.stdout)
    assert presence["status"] == "online" and sent["error_code"] == 0
    assert [ticket["content"]["text"] for ticket in tickets] == ["hello"]
    assert [found["lastMessage"] for found in listed["conversations"]] == ["hello"]
    assert reply["message"]["plainBody"] == "How can I help?"
    assert [message["body"] for message in history["list"]] == ["How can I help?", "hello"]


def _documents(text: str) -> Iterator[Any]:
    """JSON documents that stand one after the other."""
    decoder, text = json.JSONDecoder(), text.strip()
    while text:
        document, end = decoder.raw_decode(text)
        yield document
        text = text[end:].strip()
