"""Erasures: a job removes all that is stored of a contact, a part at a time, and leaves a receipt that says what it was.

The contact can't write any more once the erasure is asked for. What was on its way at that moment may be stored after the job
has passed, so the job goes through everything again, HELD later, until it finds nothing. It ends when the search has no word of
the contact any more; a row without anything about them stays in their place. docs/privacy.md lists what is removed and how.
"""

from collections import Counter

import msgspec

from chalicelib.context import ADMIN, SYSTEM, Context
from chalicelib.desk.auth import tokens
from chalicelib.desk.core import access, publishing, rate_limits
from chalicelib.desk.core.errors import NotFound
from chalicelib.desk.core.people_events import ErasureDue
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import contact_words, contacts, logged_people, people, registration
from chalicelib.desk.privacy import erasing, subjects
from chalicelib.desk.privacy.erasing import Place
from chalicelib.desk.privacy.records import Records
from chalicelib.desk.privacy.subjects import Subject
from chalicelib.desk.search import search
from chalicelib.models import erasures as rows
from chalicelib.models.tokens import revocation

#: Milliseconds after which nobody can be writing what they had read before: longer than any function runs, and than a warm
#: process trusts a token.
HELD = 360_000
#: Parts of one run.
MOST_AT_ONCE = 20
#: Milliseconds after which the next request calls the job again, in case its message was lost.
_ABANDONED = 2 * HELD
SEARCH, END = "search", "end"


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """The record of an erasure, and its receipt: nothing in it says who it was. `removed` counts what was removed by name.

    `round` counts how often all was gone through, and `found` says whether this time something was there. `place` is where it
    goes on. `not_before` is when the next round begins.
    """

    id: str
    contact: int
    requested_at: int
    requested_by: int
    touched_at: int
    removed: dict[str, int] = {}
    round: int = 1
    found: bool = False
    place: Place = Place()
    not_before: int = 0
    completed_at: int | None = None


RECORDS = Records("erasure", Erasure)


@access.allow(ADMIN)
def get(ctx: Context, number: int) -> Erasure:
    """Returns the receipt of an erasure. One request. Raises NotFound."""
    found = RECORDS.find(ctx, number)
    if found is None:
        raise NotFound("erasure", number)
    return found[1]


@access.allow(ADMIN)
def begin(ctx: Context, number: int) -> Erasure:
    """Has all that is stored of a contact removed, and returns the receipt as it is now; repeated, it returns that of the first
    time. From now on the contact can't write, and lists do not show them. Five requests, two if it was begun before.

    Raises NotFound, Conflict for a contact who was merged into another, TooMany.
    """
    if known := RECORDS.find(ctx, number):
        erasure = known[1]
        is_lost = erasure.completed_at is None and ctx.now > max(erasure.touched_at, erasure.not_before) + _ABANDONED
        if is_lost:
            publishing.publish([ErasureDue(ctx.account, ctx.now, number, ctx.now)], ctx.now)
        return erasure
    subjects.load(ctx, number)
    rate_limits.spend_privacy(ctx, "erasures")
    return retry_on_conflict(ctx, lambda: _begin(ctx, number))


def _begin(ctx: Context, number: int) -> Erasure:
    if known := RECORDS.find(ctx, number):
        return known[1]
    person = subjects.load(ctx, number).contact
    erasure = Erasure(
        id=ctx.new_id(), contact=number, requested_at=ctx.now, requested_by=ctx.caller.number or 0, touched_at=ctx.now
    )
    after = person.token_version + 1
    ending = revocation(person.account, person.id, after, after)
    words = list(rows.words(person, sorted(contact_words.words_of(person))))
    log = logged_people.of_privacy(ctx, person, logged_people.ERASED)
    rows.begin(person, RECORDS.new(ctx, number, erasure), log, ctx.stamp, ending, registration.unique_names_of(person), words)
    people.forget(ctx, person.id)
    tokens.forget_cached_of(ctx.account, person.id)
    return erasure


@access.allow(SYSTEM)
def run(ctx: Context, number: int) -> int | None:
    """Does some parts of an erasure. Returns when to call again (epoch milliseconds), None at the end. Repeated, or interrupted
    at any place, it goes on where it was.

    Four requests, and one and those of `erasing` for each part.
    """
    found = RECORDS.find(ctx, number)
    if found is None or found[1].completed_at is not None:
        return None
    row, erasure = found
    if ctx.now < erasure.not_before:
        return erasure.not_before
    subject = subjects.of(ctx, contacts.get(ctx, number))
    for _ in range(MOST_AT_ONCE):
        erasure = _advanced(ctx, subject, erasure)
        if not RECORDS.keep_on(row, erasure) or erasure.completed_at is not None:
            return None  # another process goes on, or all is done
        if ctx.now < erasure.not_before:
            return erasure.not_before
    return ctx.now


def _advanced(ctx: Context, subject: Subject, erasure: Erasure) -> Erasure:
    """Returns an erasure after one more part."""
    if erasure.place.stage == END:
        return _ended(ctx, subject, erasure)
    if erasure.place.stage == SEARCH:
        due_at = search.tidy(ctx)
        is_done = due_at is None or due_at > ctx.now
        return msgspec.structs.replace(erasure, place=Place(END) if is_done else erasure.place, touched_at=ctx.now)
    step = erasing.part(ctx, subject, erasure.place)
    removed = dict(Counter(erasure.removed) + Counter({name: by for name, by in step.removed.items() if by}))
    is_found = erasure.found or step.found
    erasure = msgspec.structs.replace(erasure, removed=removed, found=is_found, touched_at=ctx.now)
    if step.place is not None:
        return msgspec.structs.replace(erasure, place=step.place)
    if is_found or erasure.round == 1:
        again = {"round": erasure.round + 1, "found": False, "place": Place(), "not_before": ctx.now + HELD}
        return msgspec.structs.replace(erasure, **again)
    return msgspec.structs.replace(erasure, place=Place(SEARCH))


def _ended(ctx: Context, subject: Subject, erasure: Erasure) -> Erasure:
    """Leaves rows that say nothing in the place of the contact's. One request for each."""
    for person in reversed(subject.persons):  # the contact's own last: it says who the others are
        rows.empty(person, ctx.now)
        people.forget(ctx, person.id)
    removed = {**erasure.removed, "contacts": len(subject.persons)}
    return msgspec.structs.replace(erasure, removed=removed, touched_at=ctx.now, completed_at=ctx.now, place=Place())
