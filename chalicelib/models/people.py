"""People: agents and contacts of an account, one row each.

Key account · person uuid. Agents are also in the sparse index `by_agents`, which routing reads, and the contacts that lists show
in `by_contacts` (people_indexes.py). contacts.py has what is for contacts alone, presence.py what is for agents at work.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from pynamodb.attributes import ListAttribute, UnicodeSetAttribute
from pynamodb.expressions.condition import Condition, size
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib import config
from chalicelib.models import contact_words, rate_windows
from chalicelib.models.attributes import BooleanAttribute, IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import ConditionFailed, Table, conditional, read_page, transaction
from chalicelib.models.people_indexes import ByAgents, ByContacts, ById
from chalicelib.models.stamps import Stamp
from chalicelib.models.tokens import Token
from chalicelib.models.unique_names import UniqueName, new_name

AGENT, CONTACT = "agent", "contact"
#: Conversations that a contact's row notes as past, and contacts who may be merged into one.
MOST_PAST, MOST_ABSORBED = 2_000, 1_000


class Person(Table):
    """An agent or a contact. Times are epoch milliseconds."""

    class Meta:
        table_name = config.table("people")

    account = UnicodeAttribute(hash_key=True, attr_name="ac")
    id = UnicodeAttribute(range_key=True, attr_name="id")
    kind = UnicodeAttribute(attr_name="ki")
    number = IntegerAttribute(attr_name="nu")
    name = UnicodeAttribute(attr_name="na")
    email = UnicodeAttribute(attr_name="em")
    #: Whether the address is known to be theirs. False for a visitor known only by a browser, whatever a page says.
    email_is_verified = BooleanAttribute(default=True, attr_name="ev")
    icon = UnicodeAttribute(null=True, attr_name="ic")
    signature = UnicodeAttribute(null=True, attr_name="sg")
    language = UnicodeAttribute(null=True, attr_name="lg")
    #: When they were removed. Their name stays on their messages; nothing else finds them.
    removed_at = IntegerAttribute(null=True, attr_name="rm")
    is_anonymous = BooleanAttribute(default=False, attr_name="an")
    trace = UnicodeAttribute(null=True, attr_name="tc")
    #: A contact's id in the shop's own system, and whether it is proved or only a page's claim.
    user_id = UnicodeAttribute(null=True, attr_name="ui")
    user_id_is_verified = BooleanAttribute(null=True, attr_name="uv")
    #: What the shop says about a contact besides: telephone, company, and when they became its customer.
    mobile = UnicodeAttribute(null=True, attr_name="mb")
    company = UnicodeAttribute(null=True, attr_name="co")
    registered_at = IntegerAttribute(null=True, attr_name="rg")
    #: What agents note of a contact.
    alias = UnicodeAttribute(null=True, attr_name="al")
    title = UnicodeAttribute(null=True, attr_name="ti")
    description = UnicodeAttribute(null=True, attr_name="de")
    fax = UnicodeAttribute(null=True, attr_name="fx")
    address = UnicodeAttribute(null=True, attr_name="ad")
    city = UnicodeAttribute(null=True, attr_name="ci")
    state = UnicodeAttribute(null=True, attr_name="sp")
    country = UnicodeAttribute(null=True, attr_name="cy")
    postal_code = UnicodeAttribute(null=True, attr_name="pc")
    tags: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True, attr_name="tg")
    #: Further names of a contact besides `email` and `user_id`: each the kind of a unique name, # and the name.
    identities: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True, attr_name="is")
    #: Number of the contact that a removed one was merged into.
    merged_into = IntegerAttribute(null=True, attr_name="mi")
    #: Uuids of the contacts who were merged into this one; and of conversations that a contact took part in and is in no list of
    #: any more: they were given to another contact, or the contact has left them.
    absorbed: Any = UnicodeSetAttribute(null=True, attr_name="ab")
    past: Any = UnicodeSetAttribute(null=True, attr_name="ps")
    #: Since when all that is stored of them is being removed (desk/privacy). Of what stays then, nothing says who they were.
    erased_at = IntegerAttribute(null=True, attr_name="er")
    #: The account, for a contact that lists show. How often the words that find them were changed, None for never.
    contacts_of = UnicodeAttribute(null=True, attr_name="cf")
    words_version = IntegerAttribute(null=True, attr_name="wv")
    #: A contact's latest chat, so that repeated requests open one chat.
    chat = UnicodeAttribute(null=True, attr_name="ch")
    #: Number of the domain that a contact visits. Their next chats belong to it.
    domain = IntegerAttribute(null=True, attr_name="do")
    #: The external id that they were imported with.
    external_id = UnicodeAttribute(null=True, attr_name="xi")
    created_at = IntegerAttribute(attr_name="ca")
    updated_at = IntegerAttribute(attr_name="ua")
    #: Who last changed what logs tell of (rules.actors, packed).
    changed_by = IntegerAttribute(null=True, attr_name="cb")

    level = UnicodeAttribute(null=True, attr_name="le")
    #: What an agent may do beyond their level.
    permissions: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True, attr_name="pm")
    is_active = BooleanAttribute(default=True, attr_name="ia")
    password = UnicodeAttribute(null=True, attr_name="pw")
    #: How often all their tokens were ended: by a new password, another level, their removal.
    token_version = IntegerAttribute(default=0, attr_name="tv")
    #: The first token version whose api keys are good: a new password does not end them.
    key_version = IntegerAttribute(default=0, attr_name="kv")
    #: The account whose row has their password, if this is another one that they own.
    home = UnicodeAttribute(null=True, attr_name="ho")
    agents_of = UnicodeAttribute(null=True, attr_name="ao")
    #: The one group that an agent is in, and whether they serve visitors who ask for no group.
    group = UnicodeAttribute(null=True, attr_name="gr")
    is_distributor = BooleanAttribute(default=False, attr_name="di")
    presence = UnicodeAttribute(null=True, attr_name="pr")
    presence_alias = UnicodeAttribute(null=True, attr_name="pa")
    presence_at = IntegerAttribute(default=0, attr_name="pt")
    #: When an agent without a socket becomes away, or offline (rules.presence.STEPS).
    away_at = IntegerAttribute(null=True, attr_name="aw")
    offline_at = IntegerAttribute(null=True, attr_name="of")
    #: Since when an agent is offline because their connection was lost; None if they set it themselves.
    lost_at = IntegerAttribute(null=True, attr_name="lo")
    last_login_at = IntegerAttribute(null=True, attr_name="ll")
    #: The devices on which an agent is logged in: one of each class.
    browser_device = UnicodeAttribute(null=True, attr_name="bd")
    mobile_device = UnicodeAttribute(null=True, attr_name="md")
    open_conversations = IntegerAttribute(default=0, attr_name="oc")
    last_assigned_at = IntegerAttribute(default=0, attr_name="la")
    #: How many of these wait for the contact or are on hold, where the account does not count such ones (summaries.py).
    pending_external = IntegerAttribute(null=True, attr_name="px")
    on_hold = IntegerAttribute(null=True, attr_name="oh")
    #: The most that an agent gets, None for the account's limit; whether they get none; and whether something may wait for a
    #: place with them: set when they have all they can take, cleared by whatever frees a place.
    most_conversations = IntegerAttribute(null=True, attr_name="mo")
    refuses_allocation = BooleanAttribute(null=True, attr_name="rf")
    is_full = BooleanAttribute(null=True, attr_name="fu")
    #: Number of a contact's last assignee, who got them at `last_assigned_at`; only where the account prefers that agent.
    last_agent = IntegerAttribute(null=True, attr_name="lt")

    by_agents = ByAgents()
    by_contacts = ByContacts()
    by_id = ById()


def get(account: str, person: str) -> Person | None:
    """Returns a person, read consistently."""
    return Person.find(account, person)


def accounts_of(person: str, limit: int = 100) -> list[str]:
    """Returns the accounts that a person is in, a moment old. One request. Only an owner is in several."""
    return [found.account for found in read_page(Person.by_id.query(person, limit=limit))[0]]


def get_many(account: str, ids: set[str], *, consistent: bool = False) -> dict[str, Person]:
    """Returns the people that exist, by id. One request for each hundred."""
    if not ids:
        return {}
    return {person.id: person for person in Person.batch_get([(account, id_) for id_ in ids], consistent_read=consistent)}


def agents(account: str, limit: int = 1000) -> list[Person]:
    """Returns the account's agents by number, a moment old. One request."""
    return read_page(Person.by_agents.query(account, limit=limit))[0]


def create(person: Person, claims: list[UniqueName], words: Iterable[str] = ()) -> None:
    """Stores a new person with their unique names and what finds them. Raises ConditionFailed where a name is taken."""
    with transaction() as write:
        add(write, person, claims)
        contact_words.put(write, person.account, person.id, person.number, words)


def add(write: TransactWrite, person: Person, claims: list[UniqueName]) -> None:
    """Adds to a transaction: a new person with their unique names."""
    write.save(person, condition=Person.id.does_not_exist())
    for row in [*claims, new_name(person.account, "person", str(person.number), person.id)]:
        write.save(row, condition=UniqueName.key.does_not_exist())


def change(person: Person, changes: dict[str, Any], stamp: Stamp) -> None:
    """Changes a person's fields. The last change wins. Raises ConditionFailed where they have been removed."""
    with conditional():
        person.update(actions(changes, stamp), Person.id.exists() & Person.removed_at.does_not_exist())


def revoke_logins(person: Person, changes: dict[str, Any], stamp: Stamp, endings: list[Token], used: Token | None = None) -> None:
    """Changes a person (password, level), ends the tokens issued before, and uses up the single-use token that allows it.

    Raises ConditionFailed where another write came first.
    """
    with transaction() as write:
        _next_generation(write, person, changes, stamp)
        for row in endings:
            write.save(row)
        if used:
            write.delete(used, condition=Token.digest.exists())


def remove(person: Person, stamp: Stamp, endings: list[Token], names: list[UniqueName], words: Iterable[str] = ()) -> None:
    """Takes a person out of all indexes, frees their unique names and deletes the words that find them.

    Raises ConditionFailed where another write came first.
    """
    with transaction() as write:
        add_removal(write, person, {}, stamp, words)
        for row in endings:
            write.save(row)
        for name in names:
            write.delete(name, condition=UniqueName.key.does_not_exist() | (UniqueName.id == person.id))


def add_removal(write: TransactWrite, person: Person, further: dict[str, Any], stamp: Stamp, words: Iterable[str]) -> None:
    """Adds to a transaction: a person is removed, with further changes, and no word finds them any more."""
    gone: dict[str, Any] = {"removed_at": stamp.at, "is_active": False, "password": None, "agents_of": None, "contacts_of": None}
    if person.agents_of:
        gone |= {"presence": "offline", "presence_at": stamp.at}
    _next_generation(write, person, gone | further, stamp, words_as_read(person))
    contact_words.delete(write, person.account, person.id, person.number, words)


def words_as_read(person: Person) -> Condition:
    """Returns the condition that the words that find a contact are still those of the row that was read."""
    seen = person.words_version
    return Person.words_version.does_not_exist() if seen is None else Person.words_version == seen


def inherit_login(write: TransactWrite, heir: Person) -> None:
    """Adds to a transaction: an owner's row in another account gets what their login needs."""
    taken = {"home": None, **{name: getattr(heir, name) for name in ("password", "token_version", "key_version")}}
    write.update(
        heir,
        actions(taken, Stamp(heir.updated_at, heir.changed_by or 0)),
        Person.id.exists() & Person.removed_at.does_not_exist(),
    )


def _next_generation(
    write: TransactWrite, person: Person, changes: dict[str, Any], stamp: Stamp, further: Condition | None = None
) -> None:
    generation = person.token_version
    as_read = Person.id.exists() & Person.removed_at.does_not_exist() & (Person.token_version == generation)
    condition = as_read if further is None else as_read & further
    write.update(person, actions({**changes, "token_version": generation + 1}, stamp), condition)


def actions(changes: dict[str, Any], stamp: Stamp) -> list[Action]:
    """Returns the actions that set these fields, None to remove one, and note who does that and when."""
    fields = {name: getattr(Person, name) for name in changes}
    written = [fields[name].remove() if value is None else fields[name].set(value) for name, value in changes.items()]
    return [*written, Person.updated_at.set(stamp.at), Person.changed_by.set(stamp.by)]


def switch_off(agent: Person, presence: str, stamp: Stamp, ends: Token) -> None:
    """Stops an agent from logging in and ends their tokens. Raises ConditionFailed where another write came first."""
    away = {"presence": presence, "presence_alias": presence, "presence_at": stamp.at}
    revoke_logins(agent, {"is_active": False, "key_version": agent.token_version + 1, **away}, stamp, [ends])


def record_login(account: str, person: str, now: int, source: str, known_until: int) -> bool:
    """Notes the time of a login, and that its source (a key of models.rate_windows) is known. One request.

    Returns False if the person is not an agent any more. Raises ConditionFailed while another login is being noted.
    """
    try:
        with transaction() as write:
            write.update(Person(account, person), [Person.last_login_at.set(now)], Person.agents_of.exists())
            rate_windows.trust_within(write, source, known_until)
    except ConditionFailed as refused:
        if "ConditionalCheckFailed" in refused.reasons:
            return False
        raise
    return True


def set_last_agent(account: str, contact: str, agent: int, at: int) -> None:
    """Notes a contact's last assignee, unless they had another one later. One request. Raises ConditionFailed for that."""
    is_later = Person.last_assigned_at.does_not_exist() | (Person.last_assigned_at < at)
    with conditional():
        written: list[Action] = [Person.last_agent.set(agent), Person.last_assigned_at.set(at)]
        Person(account, contact).update(written, Person.id.exists() & is_later)


def set_latest_chat(write: TransactWrite, account: str, person: str, conversation: str, before: str | None) -> None:
    """Adds to a transaction: the contact's latest chat, if `before` was the one until now."""
    as_seen = Person.chat.does_not_exist() if before is None else Person.chat == before
    write.update(Person(account, person), [Person.chat.set(conversation)], Person.id.exists() & as_seen)


def forget_chat(write: TransactWrite, account: str, person: str, before: str) -> None:
    """Adds to a transaction: the contact has no latest chat any more, if `before` was it."""
    write.update(Person(account, person), [Person.chat.remove()], Person.chat == before)


def set_group(account: str, agent: str, group: str | None, stamp: Stamp, *, out_of: str | None = None) -> None:
    """Writes an agent's group, None for none. One request. Raises ConditionFailed for no agent, or one who is not in `out_of`."""
    as_seen = Person.agents_of.exists() & (Person.group == out_of) if out_of else Person.agents_of.exists()
    with conditional():
        Person(account, agent).update(actions({"group": group}, stamp), as_seen)


def note_past(account: str, contact: str, conversation: str) -> None:
    """Notes a conversation that a contact, if it is one, will be in no list of. One request."""
    with suppress(ConditionFailed), conditional():
        has_room = Person.past.does_not_exist() | (size(Person.past) < MOST_PAST)
        Person(account, contact).update([Person.past.add({conversation})], (Person.kind == CONTACT) & has_room)
