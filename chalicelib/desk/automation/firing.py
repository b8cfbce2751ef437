"""Firing: what triggers do when something has happened to a conversation.

An event is a change of a conversation; the row's version since then identifies it. A trigger fires once for an event, because a
row of the event log, written together with the trigger's changes, says that it has. These changes are events for the other
triggers, in a further round of the same work. A trigger that has fired in this work does not fire again, and the stream publishes
no change that a trigger made. So there are at most as many rounds as triggers.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.automation import trigger_mails
from chalicelib.desk.conversations import conditions, facts, filters, set_values, updates
from chalicelib.desk.conversations.named import named_in
from chalicelib.desk.conversations.triggers import TRIGGERS, Trigger
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core import access, documents
from chalicelib.desk.core.events import TriggerEvents
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import conversations, event_logs, messages
from chalicelib.models.conversations import Conversation
from chalicelib.models.event_logs import LogEntry
from chalicelib.rules import conditions as rules
from chalicelib.rules import status
from chalicelib.rules import triggers as events
from chalicelib.rules.actors import TRIGGER, Actor, pack, unpack

#: Changes that are looked through for whether a status was set by a person.
_LOOKED_AT = 200
#: Latest messages among which the last one of a person is looked for.
_NEWEST = 20


@access.allow(SYSTEM)
def run(ctx: Context, event: TriggerEvents) -> list[int]:
    """Lets the triggers fire that an event is for, in their order, and returns the numbers of those that have fired for it, now
    or before. Two requests, and for each that fires a few more.

    Repeated, after a crash between any two calls, and at the same time elsewhere, each fires once.
    """
    known = [one for one in TRIGGERS.load(ctx).values() if one.is_enabled]
    if not any(one.event in event.happened for one in known):
        return []
    return _Chain(ctx, event).run(known)


class _Chain:
    """All that follows from one event, with the conversation as it was last read and what has fired for the event until then."""

    def __init__(self, ctx: Context, event: TriggerEvents) -> None:
        self._ctx, self._event = ctx, event
        self._key = conversations.key(ctx.account, event.conversation)
        self._conversation: Conversation | None = None
        self._fired: dict[int, LogEntry] = {}
        self._is_read = False
        #: The last message of a person when the event was first handled, which all mails of it are about.
        self._message: str | None = None

    def run(self, known: Sequence[Trigger]) -> list[int]:
        """Lets triggers fire, a round for the event and one for what each round has changed."""
        done: list[int] = []
        happened = set(self._event.happened)
        while happened:
            caused: set[str] = set()
            for trigger in known:
                if trigger.event in happened and trigger.number not in done and (entry := self._fire(trigger)):
                    done.append(trigger.number)
                    caused |= {*filter(None, (entry.caused or "").split(","))}
            happened = caused
        return done

    def _fire(self, trigger: Trigger) -> LogEntry | None:
        """Lets a trigger fire if its conditions are met, and returns that it has, None if it has not."""
        entry = retry_on_conflict(self._ctx, lambda: self._attempt(trigger))
        if entry and trigger.sends_mail and self._conversation:
            ctx = replace(self._ctx, trigger=trigger.number)
            trigger_mails.tell(ctx, self._conversation, trigger, entry)
        return entry

    def _attempt(self, trigger: Trigger) -> LogEntry | None:
        if not self._is_read:
            self._read()
        if self._conversation is None or trigger.number in self._fired:
            return self._fired.get(trigger.number) if self._conversation else None
        return self._store(self._conversation, trigger) if self._is_meant(self._conversation, trigger) else None

    def _read(self) -> None:
        found = conversations.get(self._ctx.account, self._event.conversation)
        self._conversation = found if found and not found.deleted_at else None
        self._fired = event_logs.firings(self._key, self._event.at, self._event.version)
        if self._message is None:
            before = [entry.message for entry in self._fired.values()]
            self._message = before[0] if before else _last_said(self._ctx, found)
        self._is_read = True

    def _is_meant(self, conversation: Conversation, trigger: Trigger) -> bool:
        if trigger.event == events.STAYED and not self._has_stayed(conversation, trigger):
            return False
        if trigger.event == events.MOVED and trigger.stay_status not in ("", conversation.status):
            return False
        return is_met(self._ctx, conversation, trigger)

    def _has_stayed(self, conversation: Conversation, trigger: Trigger) -> bool:
        """Returns whether a status that the trigger is about has lasted, and since a person, a message or a clock set it the
        trigger has not fired for it: so triggers that set statuses for each other come to an end.
        """
        stayed = self._event.stayed
        is_span = events.has_stayed(trigger.stay_minutes, stayed) and trigger.stay_status == conversation.status
        if not is_span or conversation.status_since + stayed != self._event.at:
            return False
        for entry in reversed(event_logs.latest(conversation, _LOOKED_AT)[0]):
            by_trigger = unpack(entry.changed_by).kind == TRIGGER
            if entry.field == event_logs.FIRED and entry.number == trigger.number:
                return False
            if entry.field in ("status", "created") and not by_trigger:
                break
        return True

    def _store(self, conversation: Conversation, trigger: Trigger) -> LogEntry:
        """Writes that a trigger has fired, together with what it changes. One request. Raises ConditionFailed."""
        ctx = replace(self._ctx, trigger=trigger.number)
        wanted = set_values.read_all(ctx, trigger.values) if trigger.sets_values else Change()
        planned = updates.plan(ctx, conversation, wanted, named_in(ctx, wanted.assignee, wanted.contact, wanted.group))
        entry = LogEntry(
            self._key,
            event_logs.firing_place(self._event.at, self._event.version, trigger.number),
            field=event_logs.FIRED,
            after=trigger.name,
            changed_by=pack(Actor(TRIGGER, trigger.number)),
            turn=len(self._fired),
            caused=",".join(_caused(conversation, planned)) or None,
            message=self._message,
            number_of=conversation.number,
        )
        event_logs.listed(entry, documents.logs_expire_at(ctx, self._event.at))
        self._is_read = False
        if planned:
            updates.store(ctx, conversation, planned, entry)
        else:
            event_logs.put_new(entry)
        return entry


def _last_said(ctx: Context, conversation: Conversation | None) -> str | None:
    """Returns the last message of a person in a conversation. No request unless the desk has written since."""
    if conversation is None:
        return None
    if conversation.last_sender_kind != status.MACHINE:
        return conversation.last_message
    total = conversation.public_count
    span = (max(1, total - _NEWEST + 1), total, conversation.note_count)
    newest = messages.public_between(ctx.account, conversation.id, *span, newest_first=True)
    return next((message.id for message in newest if message.sender_kind != status.MACHINE), None)


def _caused(conversation: Conversation, planned: updates.Plan) -> tuple[str, ...]:
    before = {name: getattr(conversation, name) for name in ("assignee", "group", "status")}
    return events.happened(before, {name: planned.changes.get(name, value) for name, value in before.items()}, None)


def is_met(ctx: Context, conversation: Conversation, trigger: Trigger) -> bool:
    """Returns whether a conversation that was read meets a trigger's conditions. No request for what its row has."""
    (meant,) = conditions.resolve(ctx, conditions.read_stored(ctx, [filters.stored_conditions(trigger)], words={}))
    (known,) = facts.load(ctx, [conversation], rules.needed(meant))
    return rules.matches(meant, known)
