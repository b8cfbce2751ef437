"""Anytime's triggers: what the desk does by itself when something happens to a conversation."""

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.conversations import triggers
from chalicelib.desk.core.errors import Missing, NotFound
from chalicelib.dialects.anytime.shapes import BASE, STEPS, Direction, Wire
from chalicelib.dialects.anytime.trigger_changes import place_of, to_change
from chalicelib.dialects.anytime.trigger_shapes import Sent, Trigger, show
from chalicelib.dialects.bounds import Number
from chalicelib.dialects.endpoint import Endpoint, Nothing


class TriggerList(Wire, kw_only=True):
    """Triggers under their name."""

    triggers: list[Trigger]


class WrappedTrigger(Wire, kw_only=True):
    """One trigger under its name."""

    trigger: Trigger


class OneTrigger(Wire, kw_only=True):
    """A trigger by its integer id."""

    id: Number


class MakeTrigger(Sent, kw_only=True):
    """`POST /triggers`. The name and an event are needed. It comes last unless `orderNum` says otherwise."""


class PutTrigger(Sent, kw_only=True):
    """`PUT /triggers`: changes the trigger with this `id`; without one, or with 0, creates one."""

    id: Number | None = None


class ChangeTrigger(Sent, kw_only=True):
    """`PUT /triggers/{id}`: what is given changes; `isEnabled` alone switches it."""

    id: Number


class SortTrigger(Wire, kw_only=True):
    """`PUT /triggers/{id}/sort`: before the one above, or behind the one below."""

    id: Number
    type: Direction


def list_triggers(ctx: Context, request: Nothing) -> TriggerList:
    """`GET /triggers`: all triggers in their order."""
    return TriggerList(triggers=[show(found, place) for place, found in enumerate(triggers.list_all(ctx), 1)])


def get_trigger(ctx: Context, request: OneTrigger) -> WrappedTrigger:
    """`GET /triggers/{id}`: a trigger."""
    return _one(ctx, request.id)


def make_trigger(ctx: Context, request: MakeTrigger) -> WrappedTrigger:
    """`POST /triggers`: a new trigger, enabled unless it says otherwise."""
    return _make(ctx, request)


def put_trigger(ctx: Context, request: PutTrigger) -> WrappedTrigger:
    """`PUT /triggers`: adds a trigger, or changes the one that `id` names."""
    return _change(ctx, request.id, request) if request.id else _make(ctx, request)


def change_trigger(ctx: Context, request: ChangeTrigger) -> WrappedTrigger:
    """`PUT /triggers/{id}`: changes the given fields."""
    return _change(ctx, request.id, request)


def sort_trigger(ctx: Context, request: SortTrigger) -> WrappedTrigger:
    """`PUT /triggers/{id}/sort`: moves it by one place; at the end it stays."""
    triggers.move(ctx, request.id, STEPS[request.type])
    return _one(ctx, request.id)


def remove_trigger(ctx: Context, request: OneTrigger) -> None:
    """`DELETE /triggers/{id}`: removes a trigger. Its changes stay."""
    triggers.remove(ctx, request.id)


def _make(ctx: Context, sent: Sent) -> WrappedTrigger:
    wanted = to_change(ctx, sent, None)
    for name in ("name", "event"):
        if not isinstance(getattr(wanted, name), str):
            raise Missing(name)
    return _one(ctx, triggers.create(ctx, wanted, place_of(sent, None)).number)


def _change(ctx: Context, number: int, sent: Sent) -> WrappedTrigger:
    place, now = _placed(ctx, number)
    triggers.change(ctx, number, to_change(ctx, sent, now), place_of(sent, place))
    return _one(ctx, number)


def _one(ctx: Context, number: int) -> WrappedTrigger:
    place, found = _placed(ctx, number)
    return WrappedTrigger(trigger=show(found, place))


def _placed(ctx: Context, number: int) -> tuple[int, triggers.Trigger]:
    """Returns a trigger and its place from 1. One request. Raises NotFound."""
    for place, found in enumerate(triggers.list_all(ctx), 1):
        if found.number == number:
            return place, found
    raise NotFound("trigger", number)


_PATH, _ONE = f"{BASE}/triggers", f"{BASE}/triggers/{{id}}"
ROWS = [
    Endpoint("GET", _PATH, list_triggers, AGENT),
    Endpoint("POST", _PATH, make_trigger, ADMIN),
    Endpoint("PUT", _PATH, put_trigger, ADMIN, raises=(NotFound,)),
    Endpoint("GET", _ONE, get_trigger, AGENT),
    Endpoint("PUT", _ONE, change_trigger, ADMIN),
    Endpoint("DELETE", _ONE, remove_trigger, ADMIN),
    Endpoint("PUT", f"{_ONE}/sort", sort_trigger, ADMIN),
]
