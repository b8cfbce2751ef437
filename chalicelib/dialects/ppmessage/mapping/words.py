"""Words that all of PPMessage's answers share."""

import uuid

from chalicelib import config
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.core.errors import Invalid
from chalicelib.dialects import moments
from chalicelib.dialects.ppmessage.errors import Coded

#: Types of a sender or receiver, and of a conversation.
USER, APP, GROUP, CONVERSATION = "DU", "AP", "OG", "CV"
P2S, S2S = "P2S", "S2S"


def kind_of(conversation: Conversation) -> str:
    """Type of a conversation: with a contact, or among agents."""
    return S2S if conversation.is_internal else P2S


def moment(at: int) -> str:
    """Epoch milliseconds as `2016-05-18 04:43:55 628000`, UTC."""
    date, time, milliseconds = moments.moment(at)
    return f"{date} {time} {milliseconds:03}000"


def icon(person: str, own: str | None = None) -> str:
    """Address of a person's picture: their own, else the one made from their uuid."""
    return own or f"{config.PUBLIC_URL}/identicon/{person}.png"


#: `service_user_status` of each presence; an agent who is offline has none.
SERVICE_STATUSES = {"online": "READY", "busy": "BUSY", "away": "REST"}


def service_status(presence: str | None) -> str | None:
    """A presence as `service_user_status`."""
    return SERVICE_STATUSES.get(presence or "")


def is_there(presence: str | None) -> bool:
    """Whether an agent with this presence counts as connected. Busy and away agents do, as notices say too."""
    return presence not in (None, "offline")


def uuids(given: object, field: str, most: int) -> list[str]:
    """The texts of a list, each once. Raises code 31 if it is not a list of texts, Invalid for more than `most`."""
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise Coded(31, f"{field} must be a list of uuids")
    if len(given) > most:
        raise Invalid(field, f"has more than {most} entries")
    return list(dict.fromkeys(given))


def api_uuid(account: str, level: str) -> str:
    """The uuid of an account's client. Only this dialect has one."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{account}/{level}"))
