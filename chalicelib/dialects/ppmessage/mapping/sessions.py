"""Logins and who is online in PPMessage's words."""

from chalicelib.context import ADMIN
from chalicelib.desk.accounts.accounts import Account
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people.people import Person
from chalicelib.desk.realtime.sessions import Session
from chalicelib.dialects.ppmessage.mapping.apps import app_info
from chalicelib.dialects.ppmessage.mapping.words import SERVICE_STATUSES, icon, moment, service_status
from chalicelib.dialects.ppmessage.wire import sessions as wire

_PRESENCES = {word: presence for presence, word in SERVICE_STATUSES.items()}


def presence(word: str) -> str:
    """The presence that a `user_status` stands for. Raises Invalid for another word."""
    if word.upper() not in _PRESENCES:
        raise Invalid("user_status", f"must be one of {', '.join(_PRESENCES)}")
    return _PRESENCES[word.upper()]


def logged_in(session: Session, account: Account) -> wire.LoggedIn:
    """An agent who has just logged in."""
    agent, device = session.agent, session.device.id
    first, _, last = agent.name.partition(" ")
    return wire.LoggedIn(
        app=app_info(account),
        uuid=agent.id,
        device_uuid=device,
        mqtt_topic=f"{device}/#",
        user_email=agent.email,
        user_name=agent.email,
        user_fullname=agent.name,
        user_firstname=first or None,
        user_lastname=last or None,
        user_icon=icon(agent.id, agent.icon),
        user_signature=agent.signature,
        user_status=_status(agent, account),
        service_user_status=service_status(agent.presence),
        is_service_user=True,
        is_owner_user=agent.id == account.owner,
        is_distributor_user=agent.is_distributor,
        browser_device_uuid=agent.browser_device,
        mobile_device_uuid=agent.mobile_device,
        ppkefu_browser_device_uuid=device,
        createtime=moment(agent.created_at),
        updatetime=agent.updated_at // 1000,
    )


def _status(agent: Person, account: Account) -> str:
    if agent.id == account.owner:
        return "OWNER_2"
    return "ADMIN" if agent.level == ADMIN else "SERVICE"
