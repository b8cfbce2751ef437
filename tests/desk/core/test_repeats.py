"""Repeats: a request with a key is served once, whatever comes between."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from chalicelib.context import AGENT, Caller, Context
from chalicelib.desk.core import repeats
from chalicelib.desk.core.errors import Conflict, InProgress, Invalid
from chalicelib.desk.core.repeats import KEPT, MOST_BYTES, Reply, once
from chalicelib.models import repeats as rows
from tests.desk.core.kinds import new_account
from tests.lambdas import counted

REPLY = Reply(200, {"ETag": '"1"'}, b'{"a": 1}')


class Served:
    """A call that notes how often it was served."""

    def __init__(self, reply: Reply = REPLY, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.count, self.reply, self.meanwhile = 0, reply, meanwhile

    def __call__(self) -> Reply:
        self.count += 1
        self.meanwhile()
        return self.reply


class Crash(BaseException):
    """The end of a process, after which nothing is done any more."""


def later(ctx: Context, seconds: float) -> Context:
    return replace(ctx, now=ctx.now + int(seconds * 1000))


@pytest.fixture
def ctx(aws: None) -> Context:
    return new_account()


def test_the_first_answer_is_given_again_for_a_day(ctx: Context) -> None:
    served = Served()
    answers = [once(later(ctx, seconds), "k", b"x", served) for seconds in (0, 1, 31, KEPT - 1)]
    assert (answers, served.count) == ([REPLY] * 4, 1)
    assert once(later(ctx, KEPT + 1), "k", b"y", Served(reply=Reply(201, {}, b""))) == Reply(201, {}, b"")


def test_a_new_key_costs_two_requests_and_a_used_one_two(ctx: Context) -> None:
    with counted() as first:
        once(ctx, "k", b"x", Served())
    with counted() as again:
        once(ctx, "k", b"x", Served())
    assert (first, again) == (["PutItem", "UpdateItem"], ["PutItem", "GetItem"])


def test_the_same_key_for_another_request_is_a_conflict(ctx: Context) -> None:
    served = Served()
    once(ctx, "k", b"x", Served())
    for seconds in (0, 31):
        with pytest.raises(Conflict, match="another request"):
            once(later(ctx, seconds), "k", b"y", served)
    assert served.count == 0


def test_nobody_else_s_key_is_in_the_way(ctx: Context) -> None:
    people = [Caller(ctx.account, AGENT, person) for person in ("ada", "ben")]
    programs = [Caller(ctx.account, AGENT, client="tool"), Caller(f"{ctx.account[:-1]}_", AGENT, "ada")]
    served = Served()
    for caller in (*people, *programs):
        once(ctx.acting(caller), "k", caller.level.encode(), served)
    assert served.count == 4


def test_of_two_at_once_one_is_served(ctx: Context) -> None:
    rival = Served()

    def ask_again() -> None:
        with pytest.raises(InProgress) as refused:
            once(later(ctx, 29.999), "k", b"x", rival)
        assert refused.value.seconds == 1
        with pytest.raises(Conflict, match="another request"):
            once(ctx, "k", b"y", rival)

    first = Served(meanwhile=ask_again)
    assert once(ctx, "k", b"x", first) == REPLY
    assert (first.count, rival.count) == (1, 0)


def test_one_that_was_released_meanwhile_is_served(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    real_find = rows.find

    def find(key: str) -> rows.Repeat | None:
        found = real_find(key)
        assert found
        rows.release(found)
        return None

    def ask_again() -> None:
        monkeypatch.setattr(rows, "find", find)
        assert once(ctx, "k", b"x", Served()) == REPLY

    first = Served(meanwhile=ask_again, reply=Reply(200, {}, b"late"))
    assert once(ctx, "k", b"x", first).body == b"late"
    monkeypatch.setattr(rows, "find", real_find)
    assert once(ctx, "k", b"x", Served()) == REPLY  # the late one did not write over it


def test_what_crashed_before_it_was_kept_is_served_again_after_half_a_minute(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise Crash

    served = Served()
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(rows, "answer", crash)
        once(ctx, "k", b"x", served)
    with pytest.raises(InProgress):
        once(later(ctx, 29), "k", b"x", served)
    with pytest.raises(Conflict, match="another request"):
        once(later(ctx, 31), "k", b"y", served)
    assert [once(later(ctx, seconds), "k", b"x", served) for seconds in (30, 31)] == [REPLY] * 2
    assert served.count == 2


def test_one_that_took_too_long_does_not_write_over_the_next(ctx: Context) -> None:
    second = Served()
    slow = Served(reply=Reply(200, {}, b"slow"), meanwhile=lambda: once(later(ctx, 30), "k", b"x", second))
    assert once(ctx, "k", b"x", slow).body == b"slow"
    assert once(later(ctx, 31), "k", b"x", Served()) == REPLY


@pytest.mark.parametrize("reply", [Reply(400, {}, b"bad"), Reply(503, {}, b""), Reply(200, {}, b"no", refused=True)])
def test_a_refusal_is_not_kept(ctx: Context, reply: Reply) -> None:
    assert once(ctx, "k", b"x", Served(reply)) == reply
    assert once(ctx, "k", b"corrected", Served()) == REPLY


def test_an_error_is_not_kept(ctx: Context) -> None:
    def fail() -> None:
        raise Invalid("name", "is wrong")

    with pytest.raises(Invalid), counted() as sent:
        once(ctx, "k", b"x", Served(meanwhile=fail))
    assert sent == ["PutItem", "DeleteItem"]
    assert once(ctx, "k", b"corrected", Served()) == REPLY


def test_an_answer_that_is_too_large_is_not_served_twice(ctx: Context) -> None:
    largest = Reply(200, {}, b"x" * MOST_BYTES)
    assert [once(ctx, "most", b"x", Served(largest)) for _ in range(2)] == [largest] * 2
    larger, again = Reply(200, {}, b"x" * (MOST_BYTES + 1)), Served()
    assert once(ctx, "k", b"x", Served(larger)) == larger
    with pytest.raises(Conflict, match="too large"):
        once(later(ctx, 31), "k", b"x", again)
    assert again.count == 0


def test_an_answer_with_a_secret_is_told_once_and_not_kept(ctx: Context) -> None:
    secret, again = Reply(200, {"X-Secret": "s3cret"}, b'{"secret": "s3cret"}'), Served()
    with counted() as sent:
        assert once(ctx, "k", b"x", Served(secret), has_secret=True) == secret
    assert sent == ["PutItem", "UpdateItem"]
    assert "s3cret" not in str([row.serialize() for row in rows.Repeat.scan()])
    for seconds in (0, 31, KEPT - 1):
        with pytest.raises(Conflict, match="served already, and its answer shows a secret once"):
            once(later(ctx, seconds), "k", b"x", again, has_secret=True)
        with pytest.raises(Conflict, match="another request"):
            once(later(ctx, seconds), "k", b"y", again, has_secret=True)
    assert again.count == 0


def test_a_refusal_of_what_has_a_secret_leaves_the_key_free(ctx: Context) -> None:
    assert once(ctx, "k", b"x", Served(Reply(400, {}, b"bad")), has_secret=True).status == 400
    assert once(ctx, "k", b"corrected", Served(), has_secret=True) == REPLY


def test_an_empty_answer_is_kept_too(ctx: Context) -> None:
    empty, served = Reply(204, {}, b""), Served()
    assert [once(ctx, "k", b"x", Served(empty)), once(ctx, "k", b"x", served)] == [empty] * 2
    assert served.count == 0


def test_a_key_has_a_longest(ctx: Context) -> None:
    assert once(ctx, "k" * repeats.LONGEST, b"x", Served()) == REPLY
    with counted() as sent, pytest.raises(Invalid, match="Idempotency-Key"):
        once(ctx, "k" * (repeats.LONGEST + 1), b"x", Served())
    assert sent == []
