"""Publishing: which queues want which event, its form as a message, and sending it."""

from collections.abc import Container, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import TypeAlias

import msgspec

from chalicelib import config
from chalicelib.desk.core import account_events, events, people_events
from chalicelib.desk.core.account_events import AccountEmptied, RetentionDue, RoutingChanged, SearchDue, StatisticsDue, WebhookDue
from chalicelib.desk.core.events import DeadlineSet, Event
from chalicelib.desk.core.people_events import AgentDeadlineSet, ErasureDue
from chalicelib.models import queues
from chalicelib.rules import deadlines

#: The queues that may subscribe, each read by a job (app.py).
ROUTING, TIMERS, NOTIFY, MAIL, AUTOMATION, SEARCH = "routing", "timers", "notify", "mail", "automation", "search"
WEBHOOKS = "webhooks"
#: The registry: every event and the queues that want it. An event that no queue wants costs no request.
SUBSCRIBERS: Mapping[type[Event], tuple[str, ...]] = {
    events.ConversationOpened: (ROUTING,),
    events.ConversationBegun: (ROUTING,),
    events.ConversationReopened: (ROUTING,),
    events.ConversationMoved: (ROUTING, NOTIFY),
    people_events.AgentAvailable: (ROUTING,),
    people_events.AgentFreed: (ROUTING,),
    people_events.AgentRemoved: (ROUTING,),
    people_events.AgentOffline: (ROUTING,),
    events.ConversationDeserted: (ROUTING,),
    account_events.GroupChanged: (ROUTING,),
    account_events.DomainChanged: (ROUTING,),
    account_events.RoutingChanged: (ROUTING,),
    events.DeadlineSet: (TIMERS,),
    people_events.AgentDeadlineSet: (TIMERS,),
    events.TimersDue: (TIMERS,),
    events.MessagePostedV1: (NOTIFY,),
    events.MessagePosted: (NOTIFY,),
    events.ConversationAssignedV1: (NOTIFY,),
    events.ConversationAssigned: (NOTIFY,),
    events.ConversationWaits: (NOTIFY,),
    people_events.PresenceChanged: (NOTIFY,),
    people_events.AccessEnded: (NOTIFY,),
    people_events.PasswordForgotten: (MAIL,),
    account_events.EmailAccountAdded: (MAIL,),
    events.EmailDue: (MAIL,),
    events.TriggerEvents: (AUTOMATION,),
    events.TriggerMailDue: (MAIL,),
    events.ConversationStatusChanged: (NOTIFY,),
    events.ConversationFieldsChanged: (NOTIFY,),
    events.ConversationPriorityChanged: (NOTIFY,),
    events.ConversationSubjectChanged: (NOTIFY,),
    events.ConversationMetadataChanged: (NOTIFY,),
    events.ConversationBreached: (NOTIFY,),
    events.ConversationDeleted: (NOTIFY,),
    events.ConversationRestored: (NOTIFY,),
    events.ConversationMerged: (TIMERS, NOTIFY),
    events.ConversationPurged: (TIMERS,),
    people_events.ContactMerged: (TIMERS,),
    events.NoteAdded: (NOTIFY,),
    account_events.SettingsChanged: (NOTIFY,),
    events.ConversationTextsChanged: (SEARCH,),
    people_events.ContactNamesChanged: (SEARCH,),
    account_events.SearchDue: (SEARCH,),
    people_events.ErasureDue: (TIMERS,),
    people_events.ExportDue: (TIMERS,),
    account_events.AccountEmptied: (TIMERS,),
    account_events.RetentionDue: (TIMERS,),
    account_events.StatisticsDue: (TIMERS,),
    account_events.WebhookDue: (WEBHOOKS,),
    account_events.WebhookReplayed: (WEBHOOKS,),
    account_events.WebhookPaused: (MAIL,),
}
#: Events that are held back until their `due_at`.
Timed: TypeAlias = (
    DeadlineSet
    | AgentDeadlineSet
    | RoutingChanged
    | SearchDue
    | StatisticsDue
    | WebhookDue
    | ErasureDue
    | AccountEmptied
    | RetentionDue
)
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(reduce(or_, SUBSCRIBERS))


def name_of(event: Event) -> str:
    """Returns an event's name with its version, as in its message."""
    return str(event.__struct_config__.tag)


def encode(event: Event) -> str:
    """Returns an event as a message body."""
    return msgspec.json.encode(event).decode()


def decode(body: str) -> Event:
    """Returns the event of a message body. Raises msgspec.ValidationError for anything else."""
    return _decoder.decode(body)


#: One event for one subscriber: the event's place among those that are sent, and the queue.
Copy = tuple[int, str]


def publish(happened: Sequence[Event], now: int) -> None:
    """Puts events on the queues of their subscribers.

    Raises queues.NotSent where a queue took only some. The other queues have theirs; all may be published again.
    """
    for failure in send(happened, now).values():
        raise failure


def send(happened: Sequence[Event], now: int, had: Container[Copy] = ()) -> dict[Copy, queues.NotSent]:
    """Puts events on the queues of their subscribers, ten a request, except for those who `had` theirs.

    What is due later is held back until then, 15 minutes at most. Returns what a queue did not take, and why. A failing queue
    does not hold up the others.
    """
    failed: dict[Copy, queues.NotSent] = {}
    for queue in dict.fromkeys(queue for event in happened for queue in SUBSCRIBERS[type(event)]):
        places = [at for at, event in enumerate(happened) if queue in SUBSCRIBERS[type(event)] and (at, queue) not in had]
        try:
            queues.send(queue, [(encode(happened[at]), delay(happened[at], now)) for at in places])
        except queues.NotSent as failure:
            failed |= {(places[left], queue): failure for left in failure.left}
    return failed


def delay(event: Event, now: int) -> int:
    """Returns the seconds that an event published now is held back."""
    if not isinstance(event, Timed):
        return 0
    return deadlines.delay(now, event.due_at, config.LONGEST_DELAY)
