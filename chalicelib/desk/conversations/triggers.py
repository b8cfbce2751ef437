"""Triggers: what the desk does by itself when something happens to a conversation, as administrators set it.

desk/automation/firing.py does it. Which events the enabled triggers are about is noted among what is read with the account, so
that nobody asks for triggers that there are not.
"""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.context import ADMIN, AGENT, SYSTEM, Context
from chalicelib.desk.conversations import attachments, filters
from chalicelib.desk.conversations.filters import MOST_CONDITIONS, FilterCondition
from chalicelib.desk.core import access, documents
from chalicelib.desk.core.collections import Collection, Entry
from chalicelib.desk.core.documents import ACCOUNT, Document
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import people
from chalicelib.rules import conditions, placeholders, status, triggers
from chalicelib.rules.triggers import Stay as Stay

#: Triggers of an account, values that one trigger sets, agents that it mails, and placeholders in each of its texts.
MOST, MOST_VALUES, MOST_AGENTS, MOST_PLACEHOLDERS = 100, 20, 50, 50
#: Characters of a trigger's texts.
LONGEST_SUBJECT, LONGEST_TEXT = 500, 20_000
#: Files that a trigger mails, and their bytes together.
MOST_FILES, MOST_FILE_BYTES = 10, 10 << 20
#: Minutes that a status may be said to last: a year.
MOST_MINUTES = 525_600
_TEXTS = ("subject", "html_text", "plain_text")


class SetValue(msgspec.Struct, frozen=True, kw_only=True):
    """A value to set: the field's shown id (fields.py), and the value in the core's words, empty to clear it."""

    field: int
    value: str = ""


class Trigger(Entry, frozen=True, kw_only=True):
    """A trigger. `event` is one of rules.triggers.EVENTS; the words of conditions and values are the core's.

    `stay_status` is a status: the event is that it has lasted for `stay_minutes`, or that a conversation gets it. `to_agents`
    mails the agents in `recipients` (integer ids). With `shows_mail` the conversation shows the mail, too.
    """

    name: str
    event: str
    description: str = ""
    is_enabled: bool = True
    when: str = conditions.ALL
    expression: str = ""
    conditions: tuple[FilterCondition, ...] = ()
    stay_status: str = ""
    stay_minutes: int = 0
    sets_values: bool = False
    values: tuple[SetValue, ...] = ()
    sends_mail: bool = False
    to_contact: bool = False
    to_agents: bool = False
    recipients: tuple[int, ...] = ()
    subject: str = ""
    html_text: str = ""
    plain_text: str = ""
    shows_mail: bool = False
    #: Ids of the files that its mail has.
    files: tuple[str, ...] = ()


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What to set of a trigger; UNSET leaves it as it is. Lists replace what there is."""

    name: str | UnsetType = UNSET
    event: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET
    when: str | UnsetType = UNSET
    expression: str | UnsetType = UNSET
    conditions: tuple[FilterCondition, ...] | UnsetType = UNSET
    stay_status: str | UnsetType = UNSET
    stay_minutes: int | UnsetType = UNSET
    sets_values: bool | UnsetType = UNSET
    values: tuple[SetValue, ...] | UnsetType = UNSET
    sends_mail: bool | UnsetType = UNSET
    to_contact: bool | UnsetType = UNSET
    to_agents: bool | UnsetType = UNSET
    recipients: tuple[int, ...] | UnsetType = UNSET
    subject: str | UnsetType = UNSET
    html_text: str | UnsetType = UNSET
    plain_text: str | UnsetType = UNSET
    shows_mail: bool | UnsetType = UNSET
    files: tuple[str, ...] | UnsetType = UNSET


def _check(found: Trigger) -> None:
    if found.event not in triggers.EVENTS:
        raise Invalid("event", f"must be one of {', '.join(triggers.EVENTS)}")
    for name, most in (
        ("conditions", MOST_CONDITIONS),
        ("values", MOST_VALUES),
        ("recipients", MOST_AGENTS),
        ("files", MOST_FILES),
    ):
        if len(getattr(found, name)) > most:
            raise Invalid(name, f"are {most} at most")
    filters.check_expression(found)
    _check_stay(found)
    _check_mail(found)


def _check_stay(found: Trigger) -> None:
    if found.stay_status and found.stay_status not in status.STATUSES:
        raise Invalid("stay_status", f"must be one of {', '.join(status.STATUSES)}")
    if not 0 <= found.stay_minutes <= MOST_MINUTES:
        raise Invalid("stay_minutes", f"is {MOST_MINUTES} at most")
    if found.event == triggers.STAYED and not found.stay_status:
        raise Invalid("stay_status", "must be given for this event")
    if found.event == triggers.STAYED and not found.stay_minutes:
        raise Invalid("stay_minutes", "must be given for this event")


def _check_mail(found: Trigger) -> None:
    for name in _TEXTS:
        if placeholders.count(getattr(found, name)) > MOST_PLACEHOLDERS:
            raise Invalid(name, f"has more than {MOST_PLACEHOLDERS} placeholders")
    if not found.sends_mail:
        return
    if not found.subject.strip():
        raise Invalid("subject", "must not be empty where a mail is sent")
    if not (found.html_text.strip() or found.plain_text.strip()):
        raise Invalid("plain_text", "or htmlText must be given where a mail is sent")
    if not (found.to_contact or (found.to_agents and found.recipients)):
        raise Invalid("sends_mail", "needs somebody to send to")


TRIGGERS = Collection(
    "trigger",
    Trigger,
    most=MOST,
    longest={"name": 256, "subject": LONGEST_SUBJECT, "html_text": LONGEST_TEXT, "plain_text": LONGEST_TEXT},
    check=_check,
)


class Watched(msgspec.Struct, frozen=True):
    """What the enabled triggers are about: events, and statuses with the minutes for which they last."""

    events: tuple[str, ...] = ()
    stays: tuple[Stay, ...] = ()


_WATCHED = Document("watched_events", Watched, partition=ACCOUNT, is_derived=True)


def load_watched(ctx: Context) -> Watched:
    """Returns what the account's enabled triggers are about, at most a minute old. No request where a warm process has it, else
    that of the account.
    """
    return documents.load(ctx, ACCOUNT).value("watched_events", _WATCHED.of)


@access.allow(SYSTEM)
def is_watched(ctx: Context, happened: Iterable[str]) -> bool:
    """Returns whether an enabled trigger is about one of these events. Requests as `load_watched`."""
    return not {*happened}.isdisjoint(load_watched(ctx).events)


@access.allow(AGENT)
def list_all(ctx: Context) -> list[Trigger]:
    """Returns the account's triggers in their order. One request."""
    return [*TRIGGERS.load_fresh(ctx).values()]


@access.allow(ADMIN)
def create(ctx: Context, given: Change, place: int | None = None) -> Trigger:
    """Creates a trigger as the last one, or at a place from 1. Five requests, up to eight with a place and agents to mail, and as
    `attachments.keep` for files. Raises Invalid.
    """
    _check_agents(ctx, given, ())
    _keep_files(ctx, given, ())
    made = TRIGGERS.create(ctx, given)
    if place is not None:
        TRIGGERS.put_at(ctx, made.id, place)
    _note_watched(ctx)
    return made


@access.allow(ADMIN)
def change(ctx: Context, number: int, given: Change, place: int | None = None) -> Trigger:
    """Sets the given fields, and puts it at a place from 1 if one is given. Up to nine requests. Raises NotFound, Invalid."""
    found = TRIGGERS.get_by_number(ctx, number)
    _check_agents(ctx, given, found.recipients)
    _keep_files(ctx, given, found.files)
    before, changed = TRIGGERS.change(ctx, found.id, given)
    attachments.drop([id_ for id_ in before.files if id_ not in changed.files])
    if place is not None:
        TRIGGERS.put_at(ctx, found.id, place)
    _note_watched(ctx)
    return changed


@access.allow(ADMIN)
def remove(ctx: Context, number: int) -> None:
    """Removes a trigger: up to six requests, and as `attachments.drop` for files. Raises NotFound."""
    found = TRIGGERS.get_by_number(ctx, number)
    TRIGGERS.remove(ctx, found.id)
    attachments.drop(found.files)
    _note_watched(ctx)


@access.allow(ADMIN)
def move(ctx: Context, number: int, by: int) -> None:
    """Moves a trigger up (-1) or down (1) by one place. Three requests. Raises NotFound."""
    TRIGGERS.move(ctx, TRIGGERS.get_by_number(ctx, number).id, by)


def _check_agents(ctx: Context, given: Change, before: Sequence[int]) -> None:
    """Raises Invalid for a new recipient who is not an agent. One request if there are new recipients."""
    wanted = () if isinstance(given.recipients, UnsetType) else [one for one in given.recipients if one not in before]
    known = {agent.number for agent in people.list_agents(ctx)} if wanted else set()
    if unknown := [number for number in wanted if number not in known]:
        raise Invalid("recipients", f"must be ids of agents, and {unknown[0]} is not one")


def _keep_files(ctx: Context, given: Change, before: Sequence[str]) -> None:
    """Keeps the files that a trigger gets. Requests as `attachments.keep`. Raises Invalid."""
    if not isinstance(given.files, UnsetType) and given.files:
        if len(given.files) > MOST_FILES:
            raise Invalid("files", f"are {MOST_FILES} at most")
        attachments.keep(ctx, given.files, before, MOST_FILE_BYTES)


def _note_watched(ctx: Context) -> None:
    """Notes what the enabled triggers are about. Two requests, four where that is new. A crash before leaves it to the next
    change, which the client of this one repeats.
    """
    if _watched_by(list_all(ctx)) != _WATCHED.load_fresh(ctx):
        _WATCHED.change(ctx, lambda _: _watched_by(list_all(ctx)))


def _watched_by(known: Sequence[Trigger]) -> Watched:
    enabled = [one for one in known if one.is_enabled]
    stays = {Stay(one.stay_status, one.stay_minutes) for one in enabled if one.event == triggers.STAYED}
    return Watched(tuple(event for event in triggers.EVENTS if any(one.event == event for one in enabled)), tuple(sorted(stays)))
