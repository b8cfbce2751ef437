"""What is shown besides conversations' rows: their details, people, and the caller's drafts, read for a whole page at once."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from chalicelib.context import AGENT, Context
from chalicelib.desk.accounts import custom_fields, tags
from chalicelib.desk.conversations import drafts, fields
from chalicelib.desk.core import access
from chalicelib.desk.people import people
from chalicelib.desk.people.people import PersonView
from chalicelib.models import details
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import Details as Details
from chalicelib.models.details import Mention as Mention


class CustomValue(msgspec.Struct, frozen=True):
    """A conversation's value of a custom field, by the id and the name that the field shows."""

    id: int
    name: str
    value: str


class Beside(msgspec.Struct, frozen=True):
    """What a page of conversations shows besides their rows."""

    details: Mapping[str, Details]
    views: Mapping[str, PersonView]
    tags: frozenset[int]
    fields: Mapping[int, fields.Field]
    drafts: frozenset[str] = frozenset()

    def custom_values(self, conversation: str) -> list[CustomValue]:
        """Returns a conversation's values of custom fields. A field that was removed has none."""
        found = self.details.get(conversation)
        if found is None:
            return []
        known = [(field, found.metadata.get(fields.BUILT_IN[id_][1])) for id_, field in fields.METADATA.items()]
        known += [(field, found.custom_fields.get(number)) for number, field in self.fields.items()]
        return [CustomValue(field.id, field.name, value) for field, value in known if value]

    def tags_of(self, conversation: str) -> list[int]:
        """Returns the numbers of a conversation's tags, without tags that were removed."""
        found = self.details.get(conversation)
        return [number for number in found.tags if number in self.tags] if found else []

    def mentions_of(self, conversation: str) -> Mapping[int, Mention]:
        """Returns the latest mention of each agent, by their number."""
        found = self.details.get(conversation)
        return found.mentions if found else {}


@access.allow(AGENT)
def load(ctx: Context, rows: Sequence[Conversation], persons: Iterable[str | None] = ()) -> Beside:
    """Returns what is shown of conversations and people. One request for each hundred that are not known, none for none.

    Where some have tags or custom fields, a request for the account's, which a warm process has. Where some have drafts, one for
    each hundred of them.
    """
    with_details = [row.id for row in rows if row.has_details or row.has_tags]
    views = people.known_views(ctx, persons)
    found, unknown = details.with_people(ctx.account, with_details, [id_ for id_, view in views.items() if view is None])
    known = {id_: view for id_, view in views.items() if view} | {one.id: people.full_view_of(ctx, one) for one in unknown}
    has_own = any(row.fields for row in found.values())
    own = {field.number: fields.custom(field) for field in custom_fields.load(ctx)} if has_own else {}
    names = frozenset(tags.load_names(ctx)) if any(row.tags for row in found.values()) else frozenset[int]()
    return Beside(found, known, names, own, frozenset(drafts.held_by(ctx, rows)))


@access.allow(AGENT)
def creators(ctx: Context, rows: Sequence[Conversation]) -> Mapping[int, PersonView]:
    """Returns the account's agents by number, for conversations that agents have created; nobody where none has.

    No request where a warm process knows them, else one.
    """
    if not any(row.creator_number for row in rows):
        return {}
    return {agent.number: people.full_view_of(ctx, agent) for agent in people.list_agents_cached(ctx)}
