"""Webhook deliveries: what must be sent to an account's webhooks, and what became of it.

Key account#webhook#open · when it is due, and its place: a turn, which is removed when the delivery is made or given up.
Key account#webhook#done · its place: the delivery with its tries, from its first try on.
Key account#webhook#state · "-": who sends to the webhook, and how it answers.
A place is when something happened, the version of its row, and which event it was. So places sort, and a stream's record that
comes twice writes the same row again. Rows have the ids of what they are about, and no texts. They are kept for 30 days.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pynamodb.attributes import JSONAttribute
from pynamodb.connection.table import TableConnection
from pynamodb.expressions.update import Action

from chalicelib import config
from chalicelib.models.attributes import BooleanAttribute, IntegerAttribute, KeyAttribute, UnicodeAttribute
from chalicelib.models.base import ConditionFailed, Table, conditional, delete_all, read_page, transaction
from chalicelib.models.batches import put_all

#: For how many seconds a delivery is kept, from the event on.
KEPT_SECONDS = 30 * 86_400
WAITING, DELIVERED, FAILED = "waiting", "delivered", "failed"
_PLACE = re.compile(r"[0-9]{13}-[0-9]{8}-[0-9]{2}-[0-9]{1,16}(-[0-9]{1,2})?")


class WebhookDelivery(Table):
    """A delivery that was tried. Times are epoch milliseconds, `expires_at` (epoch seconds) is the table's TTL."""

    class Meta:
        table_name = config.table("webhook-deliveries")

    key = KeyAttribute(hash_key=True, attr_name="k")
    place = UnicodeAttribute(range_key=True, attr_name="pl")
    event = UnicodeAttribute(attr_name="ev")
    about: JSONAttribute = JSONAttribute(attr_name="ab")
    state = UnicodeAttribute(attr_name="st")
    #: Which sending of it this was: 0, or when somebody asked for it again. Asking twice for the same one sends it once.
    round = IntegerAttribute(default=0, attr_name="ro")
    due_at = IntegerAttribute(null=True, attr_name="du")
    tries: JSONAttribute = JSONAttribute(attr_name="tr")
    expires_at = IntegerAttribute(attr_name="ex")


class WebhookTurn(Table):
    """A delivery that is due, now or later, after so many `tries` of its round."""

    class Meta:
        table_name = config.table("webhook-deliveries")

    key = KeyAttribute(hash_key=True, attr_name="k")
    place = UnicodeAttribute(range_key=True, attr_name="pl")
    event = UnicodeAttribute(attr_name="ev")
    about: JSONAttribute = JSONAttribute(attr_name="ab")
    round = IntegerAttribute(default=0, attr_name="ro")
    tried = IntegerAttribute(default=0, attr_name="tn")
    expires_at = IntegerAttribute(attr_name="ex")

    @classmethod
    def _get_connection(cls) -> TableConnection:
        return WebhookDelivery._get_connection()

    @property
    def due_at(self) -> int:
        """When it is due."""
        return int(self.place.partition(".")[0])

    @property
    def delivery(self) -> str:
        """The place of its delivery."""
        return self.place.partition(".")[2]


class WebhookState(Table):
    """Who sends to a webhook (`holder`, until when), whether others came meanwhile, and how it has answered lately."""

    class Meta:
        table_name = config.table("webhook-deliveries")

    key = KeyAttribute(hash_key=True, attr_name="k")
    place = UnicodeAttribute(range_key=True, attr_name="pl")
    holder = UnicodeAttribute(null=True, attr_name="ho")
    held_until = IntegerAttribute(null=True, attr_name="hu")
    is_called = BooleanAttribute(null=True, attr_name="ic")
    #: Since when all tries have failed, and how many in a row had no answer in time. None if the last one succeeded.
    failing_since = IntegerAttribute(null=True, attr_name="fs")
    silent = IntegerAttribute(null=True, attr_name="si")
    #: When a webhook that does not answer is tried again, and when the timer for its next turn is due.
    probe_at = IntegerAttribute(null=True, attr_name="pr")
    wakes_at = IntegerAttribute(null=True, attr_name="wk")

    @classmethod
    def _get_connection(cls) -> TableConnection:
        return WebhookDelivery._get_connection()


def place(second: int, version: int, event: int, number: int, part: int = 0) -> str:
    """Returns the place of an event, by the event's own number, of a thing with this number: from the epoch second of its record
    and the row's version since. `part` tells apart what a change is more than once.
    """
    return f"{second * 1000:013d}-{version:08d}-{event:02d}-{number}" + (f"-{part}" if part else "")


def is_place(text: str) -> bool:
    """Whether a text has the shape of a place."""
    return bool(_PLACE.fullmatch(text))


def happened_at(place_: str) -> int:
    """Returns when something happened, by its place: the whole second, in epoch milliseconds."""
    return int(place_[:13])


def _key(account: str, webhook: str, kind: str) -> str:
    return f"{account}#{webhook}#{kind}"


def new_turn(
    account: str, webhook: str, due_at: int, place_: str, event: str, about: dict[str, Any], round_: int = 0
) -> WebhookTurn:
    """Returns a turn to be stored."""
    expires_at = happened_at(place_) // 1000 + KEPT_SECONDS
    key = _key(account, webhook, "open")
    return WebhookTurn(key, f"{due_at:013d}.{place_}", event=event, about=about, round=round_, expires_at=expires_at)


def put_turns(rows: Sequence[WebhookTurn]) -> None:
    """Stores turns, or the same ones again, those of one webhook about one thing in their order: each when the one before it is
    stored. One request for each 25, and for each that a thing has more; none for none.
    """
    waves: dict[int, list[WebhookTurn]] = {}
    counts: dict[tuple[str, str], int] = {}
    for row in rows:
        lane = row.key, row.place.split("-")[3]
        counts[lane] = counts.get(lane, -1) + 1
        waves.setdefault(counts[lane], []).append(row)
    for wave in waves.values():
        put_all(wave)


def list_due(account: str, webhook: str, now: int, limit: int) -> list[WebhookTurn]:
    """Returns turns that are due, the first ones, read consistently. One request."""
    due = WebhookTurn.place < f"{now + 1:013d}"
    return read_page(WebhookTurn.query(_key(account, webhook, "open"), due, consistent_read=True, limit=limit))[0]


def next_due(account: str, webhook: str) -> int | None:
    """Returns when the first turn is due, None if there is none. One request."""
    rows, _ = read_page(WebhookTurn.query(_key(account, webhook, "open"), consistent_read=True, limit=1))
    return rows[0].due_at if rows else None


def list_turns(account: str, webhook: str, after: str, limit: int) -> list[WebhookTurn]:
    """Returns turns behind a place in their order. One request."""
    behind = WebhookTurn.place > after
    return read_page(WebhookTurn.query(_key(account, webhook, "open"), behind, consistent_read=True, limit=limit))[0]


def find_turn(account: str, webhook: str, due_at: int, place_: str) -> WebhookTurn | None:
    """Returns a turn. One request."""
    return WebhookTurn.find(_key(account, webhook, "open"), f"{due_at:013d}.{place_}")


def remove_turns(rows: Sequence[WebhookTurn]) -> None:
    """Removes turns that are over. One request for each 25, none for none."""
    delete_all(WebhookTurn, rows)


def get(account: str, webhook: str, place_: str) -> WebhookDelivery | None:
    """Returns a delivery, read consistently. One request."""
    return WebhookDelivery.find(_key(account, webhook, "done"), place_)


def get_many(account: str, webhook: str, places: Iterable[str]) -> dict[str, WebhookDelivery]:
    """Returns the deliveries that were tried, by place, read consistently. One request for each hundred, none for none."""
    keys = [(_key(account, webhook, "done"), one) for one in dict.fromkeys(places)]
    return {row.place: row for row in WebhookDelivery.batch_get(keys, consistent_read=True)} if keys else {}


def page(
    account: str, webhook: str, since: str, until: str, limit: int, *, newest_first: bool, state: str | None = None
) -> tuple[list[WebhookDelivery], str | None]:
    """Returns deliveries between two places, excluding both, from `limit` rows that it looks at; and the place where the rest
    begins, None if there is no rest. One request, none if no place is between them.
    """
    if since >= until:
        return [], None  # DynamoDB refuses to be asked for that
    within = WebhookDelivery.place.between(since, until)
    wanted = WebhookDelivery.state == state if state else None
    key = _key(account, webhook, "done")
    found = next(WebhookDelivery.query(key, within, wanted, scan_index_forward=not newest_first, page_size=limit).page_iter)
    rows = [WebhookDelivery.from_raw_data(item) for item in found["Items"]]
    rest = found.get("LastEvaluatedKey")
    return [row for row in rows if row.place not in (since, until)], rest["pl"]["S"] if rest else None


def new_delivery(turn: WebhookTurn) -> WebhookDelivery:
    """Returns the delivery of a turn that was never tried, to be stored."""
    key = turn.key.rpartition("#")[0]
    return WebhookDelivery(
        f"{key}#done", turn.delivery, event=turn.event, about=turn.about, state=WAITING, tries=[], expires_at=turn.expires_at
    )


def finish(delivery: WebhookDelivery) -> None:
    """Stores what became of a delivery. One request."""
    delivery.save()


def forget_answers(delivery: WebhookDelivery) -> bool:
    """Drops what a receiver has answered. One request. Returns False where the delivery was tried since it was read."""
    silent = [{name: value for name, value in one.items() if name != "answer"} for one in delivery.tries]
    try:
        with conditional():
            delivery.update([WebhookDelivery.tries.set(silent)], WebhookDelivery.tries == delivery.tries)
    except ConditionFailed:
        return False
    return True


def postpone(turn: WebhookTurn, delivery: WebhookDelivery, due_at: int) -> None:
    """Stores a failed try, with the turn of the next. One request. Raises ConditionFailed where the turn has gone."""
    again = WebhookTurn(turn.key, f"{due_at:013d}.{turn.delivery}", event=turn.event, about=turn.about, round=turn.round)
    again.tried, again.expires_at = turn.tried + 1, turn.expires_at
    with transaction() as write:
        write.save(delivery)
        write.delete(turn, condition=WebhookTurn.key.exists())
        write.save(again)


# --- who sends


def _state(account: str, webhook: str) -> WebhookState:
    return WebhookState(_key(account, webhook, "state"), "-")


def hold(account: str, webhook: str, holder: str, now: int, until: int) -> WebhookState:
    """Makes somebody the only one who sends to a webhook, and returns how it has answered. One request. Raises ConditionFailed
    where another one does.
    """
    row = _state(account, webhook)
    free = WebhookState.held_until.does_not_exist() | (WebhookState.held_until <= now)
    with conditional():
        row.update([WebhookState.holder.set(holder), WebhookState.held_until.set(until), WebhookState.is_called.remove()], free)
    return row


def call(account: str, webhook: str, now: int) -> WebhookState:
    """Tells who sends to a webhook that there is more, and returns until when they hold it. One request. Raises ConditionFailed
    where nobody does, or they have been told.
    """
    row = _state(account, webhook)
    with conditional():
        row.update([WebhookState.is_called.set(True)], (WebhookState.held_until > now) & WebhookState.is_called.does_not_exist())
    return row


def release(state: WebhookState, *, even_if_called: bool = False) -> None:
    """Stores how a webhook has answered, and lets others send. One request. Raises ConditionFailed where another one holds it by
    now, or somebody has called.
    """
    names = ("failing_since", "silent", "probe_at", "wakes_at")
    actions: list[Action] = [WebhookState.holder.remove(), WebhookState.held_until.remove(), WebhookState.is_called.remove()]
    for name in names:
        value, attribute = getattr(state, name), getattr(WebhookState, name)
        actions.append(attribute.remove() if value is None else attribute.set(value))
    mine = WebhookState.holder == state.holder
    with conditional():
        WebhookState(state.key, state.place).update(
            actions, mine if even_if_called else mine & WebhookState.is_called.does_not_exist()
        )


def forget_failures(account: str, webhook: str) -> None:
    """Takes a webhook for one that has never failed. One request."""
    names = (WebhookState.failing_since, WebhookState.silent, WebhookState.probe_at, WebhookState.wakes_at)
    actions: list[Action] = [name.remove() for name in names]
    _state(account, webhook).update(actions)


def forget(account: str, webhook: str) -> None:
    """Forgets how a webhook has answered. One request."""
    _state(account, webhook).delete()
