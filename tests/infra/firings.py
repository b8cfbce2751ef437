"""All that triggers can do, for the rights of the lambdas behind them."""

from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import custom_fields, tags
from chalicelib.desk.conversations import fields, members, triggers, updates
from chalicelib.desk.conversations.filters import FilterCondition
from chalicelib.desk.people import contacts
from chalicelib.desk.teams import groups
from chalicelib.models import mail
from chalicelib.rules.triggers import CREATED, MOVED, RECEIVED
from tests.desk.automation.triggers import AGENT, DEPARTMENT, MAIL, STATUS, TAGS, email, row, trigger
from tests.visitors import Visitor
from tests.world import World

_MENTIONS = '<p>{{contact.name}} <span data-id="%d" class="athighlight">you</span></p>'


def fire(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Triggers that set every kind of value, mail and show it, on conditions of what stands beside the conversation."""
    ours = World(monkeypatch, clock_of=world, name="triggers")
    ctx, agent = ours.ctx(ADMIN), ours.agents[0]
    group = groups.create(ctx, "Returns", groups.Change())
    tag, other = (tags.create(ctx, name).number for name in ("one", "two"))
    custom = fields.custom(custom_fields.create(ctx, custom_fields.Change("size", "text"))).id
    mine: dict[str, Any] = MAIL | {"to_agents": True, "recipients": (agent.number,), "shows_mail": True}
    untagged = FilterCondition(field=TAGS, match="isNot", value=str(other))
    values = [(AGENT, str(agent.number)), (TAGS, str(tag)), (custom, "large")]
    trigger(ours, "sets", CREATED, *values, **mine | {"html_text": _MENTIONS % agent.number})
    trigger(ours, "moves", CREATED, (DEPARTMENT, str(group.number)), (STATUS, "on_hold"))
    trigger(ours, "tells", RECEIVED, (TAGS, str(other)), conditions=(untagged,), **mine, to_contact=True)
    trigger(ours, "closed", MOVED, **mine, stay_status="closed")
    visitor = ours.visitor()
    email(ours, visitor)
    visitor.say("hello")
    ours.settle()
    again(ours, visitor)
    members.change(ctx, visitor.conversation, members.ChangeMembers(add=(ours.visitor().id,)))
    visitor.say("to both of you")
    updates.close(ours.as_agent(), visitor.conversation)
    ours.settle()
    assert contacts.get(ctx, row(ours, visitor).contact_number).email
    assert len(triggers.list_all(ctx)) == 4


def again(world: World, visitor: Visitor) -> None:
    """A mail that SES does not take at once, and one that is delivered again."""
    bodies, send = world.note_deliveries(), mail.send_raw

    def fail(*given: Any, **more: Any) -> None:
        world.monkeypatch.setattr(mail, "send_raw", send)
        raise ValueError

    world.monkeypatch.setattr(mail, "send_raw", fail)
    visitor.say("more")
    with pytest.raises(ExceptionGroup):
        world.settle()
    world.settle()
    (first, *_) = [body for queue, body in bodies if queue == "mail"]
    for _ in range(2):
        world.deliver("mail", first)
