"""Conversations with tags, mentions and more beside them."""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.desk.conversations import conversations
from chalicelib.models import labels, summaries
from chalicelib.models.base import transaction
from chalicelib.models.details import DetailChanges, Mention
from tests.world import World


def mark(
    world: World, conversation: str, tags: Sequence[int] = (), mentions: Mapping[int, Mention] | None = None, **more: Any
) -> None:
    """Gives a conversation tags and mentions, with their labels, and other details."""
    found = conversations.load(world.as_agent(), conversation)
    beside = DetailChanges(tags=list(tags) or None, mentions=mentions or None, **more)
    with transaction() as write:
        summaries.apply(write, found, {}, world.as_agent().stamp, beside)
    for name in [*map(labels.tag, tags), *map(labels.mention, mentions or ())]:
        labels.begin(found.key, name, world.now)
