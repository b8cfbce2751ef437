"""Contact merging: two contacts who are one person become one."""

from chalicelib.context import AGENT, Context
from chalicelib.desk.auth import tokens
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import contact_identities, contact_words, contacts, people, registration
from chalicelib.desk.people.people import Person
from chalicelib.models import contacts as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.models.contacts import Renaming
from chalicelib.models.people import MOST_ABSORBED
from chalicelib.models.tokens import revocation


@access.allow(AGENT)
def merge(ctx: Context, number: int, source: int) -> Person:
    """Gives a contact the identities of another one, the source, which is then removed. Returns the contact.

    Five requests at most. The source's tokens end, nobody has its browser any more, and its row says which contact it was merged
    into. Its conversations go to that contact soon (conversations/handing_on.py). Raises NotFound; Invalid for the same contact,
    or if both have too many identities together.
    """
    if number == source:
        raise Invalid("source_id", "is the contact itself")
    before, after = retry_on_conflict(
        ctx, lambda: _merge(ctx, contacts.get_present(ctx, number), contacts.get_present(ctx, source))
    )
    for person in (before, after):
        people.forget(ctx, person.id)
    tokens.forget_cached_of(ctx.account, before.id)
    return after


def _merge(ctx: Context, target: Person, source: Person) -> tuple[Person, Person]:
    """Returns the contact who is removed, and the one who stays as they are now."""
    own = contact_identities.checked([*contact_identities.of(target), *contact_identities.of(source)])
    changes = contact_identities.stored(target, own) | {"absorbed": _absorbed(target, source)}
    after = contact_words.changed(target, changes | {"updated_at": ctx.now})
    taken, freed = contact_identities.renamed(target, after)
    renaming, shown = contact_words.renamed(target, changes, taken, freed)
    keys = {name.key for name in taken}
    gone = tuple(name for name in registration.unique_names_of(source) if name.key not in keys)
    left = Renaming(words_gone=contact_words.words_of(source), freed=gone)
    generation = source.token_version + 1
    ending = revocation(source.account, source.id, generation, generation)
    try:
        rows.merge(target, source, changes | shown, ctx.stamp, renaming, left, ending)
    except ConditionFailed:
        contact_identities.check_free(taken, target.id, source.id)
        raise
    return source, after


def _absorbed(target: Person, source: Person) -> set[str]:
    """Returns the uuids of all who were merged into the first contact, also through others. Raises Invalid for too many."""
    all_ = {*(target.absorbed or ()), *(source.absorbed or ()), source.id}
    if len(all_) > MOST_ABSORBED:
        raise Invalid("source_id", f"is one too many: {MOST_ABSORBED} contacts were merged into this one already")
    return all_
