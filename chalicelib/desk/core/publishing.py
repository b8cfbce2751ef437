"""Publishing: who is told of which event, how it stands in a message, and how it comes onto the queues."""

from collections.abc import Container, Mapping, Sequence
from functools import reduce
from operator import or_

import msgspec

from chalicelib import config
from chalicelib.desk.core import events
from chalicelib.desk.core.events import AgentDeadlineSet, DeadlineSet, Event, RoutingChanged
from chalicelib.models import queues
from chalicelib.rules import deadlines

#: The queues, each with the job that reads it (app.py): who may subscribe.
ROUTING, TIMERS, NOTIFY, MAIL = "routing", "timers", "notify", "mail"
#: The registry: every event, and the queues that want it. An event that nobody wants costs no request.
SUBSCRIBERS: Mapping[type[Event], tuple[str, ...]] = {
    events.ConversationOpened: (ROUTING,),
    events.ConversationBegun: (ROUTING,),
    events.ConversationReopened: (ROUTING,),
    events.ConversationMoved: (ROUTING,),
    events.AgentAvailable: (ROUTING,),
    events.AgentRemoved: (ROUTING,),
    events.AgentOffline: (ROUTING,),
    events.ConversationDeserted: (ROUTING,),
    events.GroupChanged: (ROUTING,),
    events.DomainChanged: (ROUTING,),
    events.RoutingChanged: (ROUTING,),
    events.DeadlineSet: (TIMERS,),
    events.AgentDeadlineSet: (TIMERS,),
    events.MessagePostedV1: (NOTIFY,),
    events.MessagePosted: (NOTIFY,),
    events.ConversationAssignedV1: (NOTIFY,),
    events.ConversationAssigned: (NOTIFY,),
    events.ConversationWaits: (NOTIFY,),
    events.PresenceChanged: (NOTIFY,),
    events.AccessEnded: (NOTIFY,),
    events.PasswordForgotten: (MAIL,),
    events.ConversationStatusChanged: (),
    events.ConversationPriorityChanged: (),
    events.ConversationSubjectChanged: (),
    events.ConversationMetadataChanged: (),
    events.NoteAdded: (),
    events.SettingsChanged: (),
}
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(reduce(or_, SUBSCRIBERS))


def name_of(event: Event) -> str:
    """An event's name with its version, as it stands in a message."""
    return str(event.__struct_config__.tag)


def encode(event: Event) -> str:
    """An event as a message body."""
    return msgspec.json.encode(event).decode()


def decode(body: str) -> Event:
    """The event of a message body; raises msgspec.ValidationError for anything else."""
    return _decoder.decode(body)


#: An event by its place among those that are sent, and one of its subscribers.
Copy = tuple[int, str]


def publish(happened: Sequence[Event], now: int) -> None:
    """Puts events on the queues of their subscribers. Raises queues.NotSent where a queue took only some: the other queues have
    theirs; all may be published again.
    """
    for failure in send(happened, now).values():
        raise failure


def send(happened: Sequence[Event], now: int, had: Container[Copy] = ()) -> dict[Copy, queues.NotSent]:
    """Puts events on the queues of their subscribers but those who `had` theirs, ten a request; what is due later is held back
    until then, or 15 minutes. Returns what a queue did not take, and why; no queue is in another's way.
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
    """Seconds that an event published now is held back."""
    if not isinstance(event, DeadlineSet | AgentDeadlineSet | RoutingChanged):
        return 0
    return deadlines.delay(now, event.due_at, config.LONGEST_DELAY)
