"""People: agents and contacts of an account, one row each.

Key account · person uuid. Agents also stand in the sparse index `by_agents`, which routing reads.
"""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection
from pynamodb.transactions import TransactWrite

from chalicelib import config
from chalicelib.models.base import IntegerAttribute, Table, conditional, page, transaction
from chalicelib.models.claims import Claim, claim

AGENT, CONTACT = "agent", "contact"
_ROUTED_BY = ["id", "kind", "name", "email", "icon", "signature", "level", "is_active", "created_at", "updated_at"]
_ROUTED_BY += ["presence", "presence_alias", "presence_at", "open_conversations", "last_assigned_at"]
_ROUTED_BY += ["group", "is_distributor", "last_login_at"]


class ByAgents(GlobalSecondaryIndex["Person"]):
    """Agents of an account by number; no password, so that it can be read widely."""

    class Meta:
        index_name = "by_agents"
        projection = IncludeProjection(_ROUTED_BY)

    agents_of = UnicodeAttribute(hash_key=True)
    number = IntegerAttribute(range_key=True)


class Person(Table):
    """An agent or a contact. Times are epoch milliseconds."""

    class Meta:
        table_name = config.table("people")

    account = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    number = IntegerAttribute()
    name = UnicodeAttribute()
    email = UnicodeAttribute()
    icon = UnicodeAttribute(null=True)
    signature = UnicodeAttribute(null=True)
    is_anonymous = BooleanAttribute(default=False)
    trace = UnicodeAttribute(null=True)
    #: A contact's one chat, so that it is opened once however often he asks.
    chat = UnicodeAttribute(null=True)
    created_at = IntegerAttribute()
    updated_at = IntegerAttribute()

    level = UnicodeAttribute(null=True)
    is_active = BooleanAttribute(default=True)
    password = UnicodeAttribute(null=True)
    agents_of = UnicodeAttribute(null=True)
    #: The one group that an agent is in, and whether he serves those who ask for no group.
    group = UnicodeAttribute(null=True)
    is_distributor = BooleanAttribute(default=False)
    presence = UnicodeAttribute(null=True)
    presence_alias = UnicodeAttribute(null=True)
    presence_at = IntegerAttribute(default=0)
    last_login_at = IntegerAttribute(null=True)
    open_conversations = IntegerAttribute(default=0)
    last_assigned_at = IntegerAttribute(default=0)

    by_agents = ByAgents()


def get(account: str, person: str) -> Person | None:
    """One person, read consistently."""
    return Person.find(account, person)


def get_many(account: str, ids: set[str], *, consistent: bool = False) -> dict[str, Person]:
    """Those of the people that exist, by id: one request for each hundred."""
    if not ids:
        return {}
    return {person.id: person for person in Person.batch_get([(account, id_) for id_ in ids], consistent_read=consistent)}


def agents(account: str, limit: int = 1000) -> list[Person]:
    """The account's agents by number, as of a moment ago: one request."""
    return page(Person.by_agents.query(account, limit=limit))[0]


def create(person: Person, claims: list[Claim]) -> None:
    """Stores a new person with the names that are his alone; raises Refused where one is taken."""
    with transaction() as write:
        write.save(person, condition=Person.id.does_not_exist())
        for row in [*claims, claim(person.account, "person", str(person.number), person.id)]:
            write.save(row, condition=Claim.key.does_not_exist())


def set_presence(agent: Person, presence: str, alias: str, now: int) -> None:
    """Writes an agent's presence; its time moves only when the presence itself changes. The last change wins."""
    actions: list[Action] = [Person.presence.set(presence), Person.presence_alias.set(alias), Person.updated_at.set(now)]
    if agent.presence != presence:
        actions.append(Person.presence_at.set(now))
    with conditional():
        agent.update(actions, Person.agents_of.exists())


def logged_in(account: str, person: str, now: int) -> None:
    """Notes the time of a login."""
    with conditional():
        Person(account, person).update([Person.last_login_at.set(now)], Person.agents_of.exists())


def take_up(write: TransactWrite, agent: Person, now: int) -> None:
    """Within a transaction: routing gives an agent one more, who must be online with the load that was seen."""
    as_seen = (Person.presence == "online") & (Person.open_conversations == agent.open_conversations)
    write.update(agent, [Person.open_conversations.add(1), Person.last_assigned_at.set(now)], as_seen)


def hold(write: TransactWrite, account: str, agent: str, now: int) -> None:
    """Within a transaction: an agent has one more by a person's decision, whatever his presence."""
    actions: list[Action] = [Person.open_conversations.add(1), Person.last_assigned_at.set(now)]
    write.update(Person(account, agent), actions, Person.agents_of.exists())


def free(write: TransactWrite, account: str, agent: str) -> None:
    """Within a transaction: one conversation less for an agent."""
    write.update(Person(account, agent), [Person.open_conversations.add(-1)], Person.id.exists())


def starts_chat(write: TransactWrite, account: str, person: str, conversation: str) -> None:
    """Within a transaction: the contact's chat, of which he has one."""
    write.update(Person(account, person), [Person.chat.set(conversation)], Person.id.exists() & Person.chat.does_not_exist())
