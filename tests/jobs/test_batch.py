"""What of a batch fails returns to its queue, and nothing else."""

from typing import Any

import pytest

from chalicelib.jobs import batch


def handle(record: batch.Record) -> None:
    if record["body"] == "bad":
        raise ValueError("no good")


def records(*bodies: str) -> list[dict[str, Any]]:
    return [{"messageId": f"m{at}", "body": body} for at, body in enumerate(bodies)]


def test_only_what_failed_is_named() -> None:
    answer = batch.each(records("good", "bad", "good"), handle)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}


def test_a_failure_does_not_keep_the_rest_from_being_handled() -> None:
    seen: list[str] = []

    def note(record: batch.Record) -> None:
        seen.append(record["body"])
        handle(record)

    batch.each(records("bad", "good", "better"), note)
    assert seen == ["bad", "good", "better"]


def test_nothing_is_named_where_all_is_well() -> None:
    assert batch.each(records("good", "good"), handle) == {"batchItemFailures": []}


@pytest.mark.parametrize("bodies", [("bad",), ("bad", "bad")])
def test_a_batch_that_failed_as_a_whole_raises_so_that_no_mapping_takes_it_for_success(bodies: tuple[str, ...]) -> None:
    with pytest.raises(ExceptionGroup) as failed:
        batch.each(records(*bodies), handle)
    assert [str(error) for error in failed.value.exceptions] == ["no good"] * len(bodies)
