"""What a queue does not take is sent again alone, and what is left is told by its place."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib import config
from chalicelib.models import queues
from chalicelib.models.queues import NotSent


class Queue:
    """SQS, which refuses bodies as often as it is told to, and is not to be reached after so many requests."""

    def __init__(self, refusals: dict[str, int], reachable: int = 99) -> None:
        self.refusals, self.reachable = Counter(refusals), reachable
        self.requests: list[list[str]] = []
        self.asked: list[str] = []
        self.taken: list[str] = []

    def get_queue_url(self, QueueName: str) -> dict[str, str]:
        self.asked.append(QueueName)
        return {"QueueUrl": f"https://sqs.test/{QueueName}"}

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        self.requests.append([entry["MessageBody"] for entry in Entries])
        if len(self.requests) > self.reachable:
            raise EndpointConnectionError(endpoint_url=QueueUrl)
        failed = []
        for entry in Entries:
            if self.refusals[entry["MessageBody"]]:
                self.refusals[entry["MessageBody"]] -= 1
                failed.append({"Id": entry["Id"], "Code": "InternalError", "SenderFault": False})
            else:
                self.taken.append(entry["MessageBody"])
        return {"Successful": [], **({"Failed": failed} if failed else {})}


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[Queue], Queue]:
    def use(queue: Queue) -> Queue:
        queues._url.cache_clear()
        monkeypatch.setattr(queues, "client", lambda: queue)
        monkeypatch.setattr(queues, "_PAUSE", 0)
        return queue

    return use


def bodies(*texts: str) -> list[tuple[str, int]]:
    return [(text, 0) for text in texts]


MANY = bodies(*map(str, range(25)))


def test_a_queue_s_address_is_asked_for_once(use: Callable[[Queue], Queue]) -> None:
    queue = use(Queue({}))
    for name in ("routing", "timers", "routing"):
        queues.send(name, MANY)
    assert queue.asked == [config.queue("routing"), config.queue("timers")]


def test_ten_go_in_a_request_and_nothing_costs_none(use: Callable[[Queue], Queue]) -> None:
    queue = use(Queue({}))
    queues.send("routing", MANY)
    queues.send("routing", [])
    assert [len(request) for request in queue.requests] == [10, 10, 5]
    assert queue.taken == [text for text, _ in MANY]


def test_what_is_not_taken_is_sent_again_alone(use: Callable[[Queue], Queue]) -> None:
    queue = use(Queue({"3": 1, "12": 2}))
    queues.send("routing", MANY)
    assert queue.requests[3:] == [["3", "12"], ["12"]]
    assert Counter(queue.taken) == Counter(text for text, _ in MANY)


def test_what_is_never_taken_is_told_by_its_place_and_keeps_nothing_else_back(use: Callable[[Queue], Queue]) -> None:
    queue = use(Queue({"3": 99, "24": 99}))
    with pytest.raises(NotSent, match="InternalError") as failed:
        queues.send("routing", MANY)
    assert failed.value.left == [3, 24]
    assert len(queue.taken) == 23 and len(queue.requests) == 3 + 2


@pytest.mark.parametrize("reachable, left", [(0, [*range(25)]), (1, [3, *range(10, 25)]), (3, [3])])
def test_what_a_request_that_failed_had_is_told_too(use: Callable[[Queue], Queue], reachable: int, left: list[int]) -> None:
    queue = use(Queue({"3": 1}, reachable))
    with pytest.raises(NotSent, match="EndpointConnectionError") as failed:
        queues.send("routing", MANY)
    assert failed.value.left == left
    assert sorted([*queue.taken, *(MANY[place][0] for place in left)]) == sorted(text for text, _ in MANY)


def test_a_queue_that_does_not_answer_is_given_up_while_the_function_has_time() -> None:
    limits: Any = queues.client().meta.config
    assert 3 * (limits.connect_timeout + limits.read_timeout) < 30
