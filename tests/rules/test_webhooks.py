"""Which events a webhook gets, when a delivery is tried again, and how it is signed."""

import hashlib
import hmac

from chalicelib.rules import webhooks

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def test_seven_tries_are_made_each_a_tenth_later_at_most() -> None:
    spans = [MINUTE, 10 * MINUTE, HOUR, DAY, DAY, DAY]
    assert [webhooks.next_try(tries, 1000, 0) for tries in range(1, 7)] == [1000 + span for span in spans]
    assert [webhooks.next_try(tries, 0, 1) for tries in range(1, 7)] == [span * 11 // 10 for span in spans]
    assert webhooks.next_try(7, 0, 0) is None


def test_all_events_but_those_of_another_vendor_are_meant_by_a_star() -> None:
    assert [event for event in webhooks.EVENTS if not webhooks.is_wanted("*", event)] == ["agent_replied", "file_uploaded"]
    assert [event for event in webhooks.EVENTS if webhooks.is_wanted("agent_replied", event)] == ["agent_replied"]


def test_a_silent_address_is_asked_ever_more_seldom() -> None:
    assert webhooks.probe_after(0, 0) is webhooks.probe_after(2, 0) is None
    assert [webhooks.probe_after(silent, 5) for silent in (3, 4, 5, 6, 7, 8, 9, 99)] == [
        5 + second * 1000 for second in (30, 60, 120, 240, 480, 900, 900, 900)
    ]


def test_a_body_is_signed_with_its_time_by_each_secret() -> None:
    def by(secret: bytes) -> str:
        return hmac.new(secret, b'1700000000.{"a":1}', hashlib.sha256).hexdigest()

    signed = webhooks.signature(["new secret", "old secret"], 1_700_000_000, b'{"a":1}')
    assert signed == f"t=1700000000,v1={by(b'new secret')},v1={by(b'old secret')}"
