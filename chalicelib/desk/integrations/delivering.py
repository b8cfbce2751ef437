"""Delivering: what is due is sent to a webhook's address.

One process at a time sends to a webhook, for a slice of time; then it is another message's turn, so an address that is slow keeps
one process busy at most, and nobody else's deliveries wait for it. Within the slice several connections are open, for different
conversations; those of one conversation follow each other. An address that doesn't answer in time is asked once in a while until
it does.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Protocol

import msgspec

from chalicelib import context
from chalicelib.context import SYSTEM, Context
from chalicelib.desk.core import access, later
from chalicelib.desk.core.account_events import WebhookDue
from chalicelib.desk.core.errors import NotFound
from chalicelib.desk.integrations import happenings, subjects, tries, webhooks
from chalicelib.desk.integrations.happenings import About
from chalicelib.desk.integrations.posting import BAD_ANSWER, NO_PAYLOAD, Outcome
from chalicelib.desk.integrations.subjects import Subject
from chalicelib.desk.integrations.webhooks import WEBHOOKS, Webhook
from chalicelib.models import webhook_deliveries as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.models.webhook_deliveries import WebhookDelivery, WebhookState, WebhookTurn
from chalicelib.rules import webhooks as rules

#: Milliseconds of a slice, after which nothing more is begun, and for which nobody else sends meanwhile; connections at once;
#: turns that are read at once.
SLICE, HELD, AT_ONCE, _PAGE = 20_000, 75_000, 8, 100
#: What became of a call.
GONE, OFF, BUSY, EARLY, NOTHING, SENT, MORE = "gone", "off", "busy", "early", "nothing is due", "sent", "goes on"

#: Posts a body with headers to an address.
Post = Callable[[str, dict[str, str], bytes], Outcome]
#: Gets a delivery's place, and the error on our side that it ran into.
Report = Callable[[str, Exception], None]


class Words(Protocol):
    """How a dialect names an event, and shows what it is about."""

    def event(self, event: str) -> str:
        """An event's name."""

    def moment(self, at: int) -> str:
        """A moment, given as epoch milliseconds."""

    def payload(self, ctx: Context, subject: Subject) -> dict[str, Any]:
        """What an event is about, as JSON has it."""


@access.allow(SYSTEM)
def deliver(ctx: Context, event: WebhookDue, words: Words, post: Post, report: Report) -> str:
    """Sends what is due for a webhook, and has the rest sent later. Returns what became of it, in a word.

    Five requests; two for each hundred deliveries, one for each 25, and for each delivery one and those of what it shows.
    Repeated, late or at the same time elsewhere it sends nothing twice, but where a process died between sending and noting that.
    A delivery that we can't make fails by itself, like any other.
    """
    if ctx.now < event.due_at:
        later.hold(ctx, event, _timer(ctx, event.webhook))
        return EARLY
    try:
        webhook = WEBHOOKS.get(ctx, event.webhook)
    except NotFound:
        return GONE
    if not webhook.is_enabled:
        return OFF
    try:
        state = rows.hold(ctx.account, webhook.id, ctx.new_id(), ctx.now, ctx.now + HELD)
    except ConditionFailed:
        return _call(ctx, webhook)
    if state.wakes_at == event.due_at:
        state.wakes_at = None
    sent = _Slice(ctx, webhook, state, words, post, report).run()
    more = _release(ctx, webhook, state)
    return MORE if more else SENT if sent else NOTHING


def _timer(ctx: Context, webhook: str) -> str:
    return f"{ctx.account}#{webhook}#webhook"


def _call(ctx: Context, webhook: Webhook) -> str:
    """Tells who sends to a webhook that there is more. One request; where nobody was told yet another event comes when they can
    hold it no longer, should they have died.
    """
    try:
        state = rows.call(ctx.account, webhook.id, ctx.now)
    except ConditionFailed:
        return BUSY
    _publish(ctx, webhook, state.held_until or ctx.now)
    return BUSY


def _publish(ctx: Context, webhook: Webhook, due_at: int) -> None:
    later.hold(ctx, WebhookDue(ctx.account, ctx.now, webhook.id, due_at), _timer(ctx, webhook.id))


def _release(ctx: Context, webhook: Webhook, state: WebhookState) -> bool:
    """Lets others send, and has an event come when the next delivery is due. Returns whether one is. Three requests at most."""
    ctx = ctx.not_before(context.clock())
    due_at = rows.next_due(ctx.account, webhook.id)
    wakes_at = None if due_at is None else max(due_at, state.probe_at or 0, ctx.now)
    if wakes_at is not None and wakes_at != state.wakes_at:
        _publish(ctx, webhook, wakes_at)
    state.wakes_at = wakes_at
    try:
        rows.release(state)
    except ConditionFailed:
        _publish(ctx, webhook, ctx.now)
        _release_called(state)
    return wakes_at is not None and wakes_at <= ctx.now


def _release_called(state: WebhookState) -> None:
    """Lets others send, although somebody has called meanwhile: their event exists by now. Keeps another's lock."""
    try:
        rows.release(state, even_if_called=True)
    except ConditionFailed:
        return


class _Sending(msgspec.Struct):
    """A turn that is on its way."""

    turn: WebhookTurn
    began_at: int


class _Slice:
    """A while of sending to one webhook."""

    def __init__(self, ctx: Context, webhook: Webhook, state: WebhookState, words: Words, post: Post, report: Report) -> None:
        self._ctx, self._webhook, self._state = ctx, webhook, state
        self._words, self._post, self._report = words, post, report
        self._sent, self._is_paused = 0, False
        #: What is known of the deliveries whose turns were read.
        self._known: dict[str, WebhookDelivery] = {}
        #: When the address was first taken for silent in this slice.
        self._silent_since = 0

    def run(self) -> int:
        """Sends until nothing is due, the time is over, or the address does not answer. Returns how many were sent."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while self._may_go_on() and (turns := self._read()):
                self._send_all(pool, turns)
        return self._sent

    def _now(self) -> Context:
        return self._ctx.not_before(context.clock())

    def _may_go_on(self) -> bool:
        now = self._now().now
        return not self._is_paused and now < self._ctx.now + SLICE and now >= (self._state.probe_at or 0)

    def _room(self) -> int:
        """Returns how many connections there may be: one to an address that has been silent."""
        return 1 if rules.probe_after(self._state.silent or 0, 0) is not None else AT_ONCE

    def _read(self) -> list[WebhookTurn]:
        """Returns turns that are due, in their order, without those that are over: sent before, or kept for too long. Two
        requests, and one for each 25 that are over.
        """
        ctx = self._now()
        while found := rows.list_due(ctx.account, self._webhook.id, ctx.now, _PAGE):
            self._known = rows.get_many(ctx.account, self._webhook.id, [turn.delivery for turn in found])
            over = [turn for turn in found if tries.is_over(ctx, turn, self._known.get(turn.delivery))]
            rows.remove_turns(over)
            if left := [turn for turn in found if turn not in over]:
                return left
        return []

    def _send_all(self, pool: ThreadPoolExecutor, turns: Sequence[WebhookTurn]) -> None:
        """Sends turns, those about one thing one after another."""
        waiting, done = list(turns), list[WebhookTurn]()
        under_way: dict[Future[Outcome], _Sending] = {}
        while waiting or under_way:
            lanes = {tries.lane(one.turn) for one in under_way.values()}
            while len(under_way) < self._room() and self._may_go_on():
                turn = next((one for one in waiting if tries.lane(one) not in lanes), None)
                if turn is None:
                    break
                waiting.remove(turn)
                lanes.add(tries.lane(turn))
                if (future := self._begin(pool, turn)) is None:
                    done.append(turn)
                    lanes.discard(tries.lane(turn))
                else:
                    under_way[future] = _Sending(turn, self._now().now)
            if not under_way:
                break
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                sending = under_way.pop(future)
                if self._end(sending, self._outcome(sending.turn, future)):
                    done.append(sending.turn)
        rows.remove_turns(done)

    def _begin(self, pool: ThreadPoolExecutor, turn: WebhookTurn) -> Future[Outcome] | None:
        """Begins to send a turn. None for one that has nothing to send. One that we can't make has failed, and holds up none."""
        ctx = self._now()
        try:
            subject = subjects.load(ctx, turn.event, msgspec.convert(turn.about, About))
            if turn.event == rules.FILE_UPLOADED and not subject.file:
                self._split(turn, subject)
                return None
            body = self._body(ctx, turn, subject)
        except Exception as error:
            self._report(turn.delivery, error)
            failed: Future[Outcome] = Future()
            failed.set_result(Outcome(None, NO_PAYLOAD, 0))
            return failed
        return pool.submit(self._post, self._webhook.url, self._headers(ctx, turn, body), body)

    def _outcome(self, turn: WebhookTurn, future: Future[Outcome]) -> Outcome:
        """Returns the outcome of sending a turn. An answer that can't be read at all is a bad one."""
        try:
            return future.result()
        except Exception as error:
            self._report(turn.delivery, error)
            return Outcome(None, BAD_ANSWER, 0)

    def _split(self, turn: WebhookTurn, subject: Subject) -> None:
        """Stores a turn for each file of the message that an event is about. One request, none without files."""
        named = (subject.message.attachments if subject.message and not subject.about.file else None) or []
        parts = [(f"{turn.delivery}-{at}", file.id, at) for at, file in enumerate(named, 1)]
        rows.put_turns(
            [
                rows.new_turn(
                    self._ctx.account, self._webhook.id, turn.due_at, place, turn.event, {**turn.about, "file": id_, "part": at}
                )
                for place, id_, at in parts
            ]
        )

    def _body(self, ctx: Context, turn: WebhookTurn, subject: Subject) -> bytes:
        told = {
            "event": self._words.event(turn.event),
            "eventId": happenings.event_id(ctx.account, turn.event, turn.delivery),
            "eventTime": self._words.moment(subject.about.happened_at),
            "payload": self._words.payload(ctx, subject),
        }
        return msgspec.json.encode(told)

    def _headers(self, ctx: Context, turn: WebhookTurn, body: bytes) -> dict[str, str]:
        signed = rules.signature(webhooks.secrets_of(ctx, self._webhook), ctx.now // 1000, body)
        return {
            "Content-Type": "application/json",
            "User-Agent": "Polydesk-Webhooks/1",
            "X-Polydesk-Signature": signed,
            "X-Polydesk-Delivery": f"{self._webhook.number}-{turn.delivery}",
        }

    def _end(self, sending: _Sending, outcome: Outcome) -> bool:
        """Notes what came of sending a turn. Returns whether the turn is over. One request, those of a verdict, and
        those of a pause.
        """
        ctx, state = self._now(), self._state
        self._sent += 1
        if outcome.is_success:
            state.failing_since = state.silent = state.probe_at = None
        elif outcome.error != NO_PAYLOAD:  # which says nothing of the address
            state.failing_since = state.failing_since or sending.began_at
            if tries.is_silence(outcome):
                self._note_silence(sending.began_at, ctx.now)
        delivery = self._known.setdefault(sending.turn.delivery, rows.new_delivery(sending.turn))
        is_over = tries.note(ctx, sending.turn, delivery, sending.began_at, outcome)
        if not self._is_paused and state.failing_since and ctx.now - state.failing_since >= rules.PATIENCE:
            self._is_paused = True
            webhooks.pause(ctx, self._webhook, state.failing_since)
        return is_over

    def _note_silence(self, began_at: int, now: int) -> None:
        """Counts a try without an answer in time. Those that were under way together count as few as say that it is silent."""
        state = self._state
        if (state.silent or 0) >= rules.SILENT and began_at <= self._silent_since:
            return
        state.silent = (state.silent or 0) + 1
        state.probe_at = rules.probe_after(state.silent, now)
        self._silent_since = now if state.probe_at else 0
