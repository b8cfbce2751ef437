"""Words that all of PPMessage's answers share."""

from datetime import UTC, datetime

from chalicelib import config

#: Types of a sender or receiver, and of a conversation.
USER, APP, GROUP, CONVERSATION = "DU", "AP", "OG", "CV"
P2S, S2S = "P2S", "S2S"


def moment(at: int) -> str:
    """Epoch milliseconds as `2016-05-18 04:43:55 628000`, UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S %f")


def icon(person: str, own: str | None = None) -> str:
    """Address of a person's picture: his own, else the one made from his uuid."""
    return own or f"{config.PUBLIC_URL}/identicon/{person}.png"
