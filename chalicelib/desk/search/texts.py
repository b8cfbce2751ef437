"""Texts: what a conversation is found by. Its subject, what was said and quoted, addresses, names of files, its contact; for
agents, notes.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from chalicelib.desk.people import contact_words
from chalicelib.models import messages, people
from chalicelib.models.conversations import Conversation
from chalicelib.models.messages import Message
from chalicelib.models.people import Person
from chalicelib.rules import html, search_words

#: Letters of one conversation that are looked through for phrases.
MOST_LETTERS = 5_000_000


class Text(NamedTuple):
    """A text, and whether the contact may see it."""

    text: str
    is_public: bool = True


def of_contact(conversation: Conversation) -> Iterator[Text]:
    """Yields the subject, and by what the contact is known. One request."""
    yield from _of_known(conversation, people.get(conversation.account, conversation.contact))


def _of_known(conversation: Conversation, contact: Person | None) -> Iterator[Text]:
    yield Text(conversation.subject)
    yield from map(Text, contact_words.names_of(contact) if contact else ())


def of_messages(conversation: Conversation, after: int = 0) -> Iterator[Text]:
    """Yields the texts of messages behind a sequence. A request for each MB, none for none."""
    for message in messages.read_between(
        conversation.account, conversation.id, after + 1, conversation.message_count, newest_first=False
    ):
        yield from _of_message(message)


def _of_message(message: Message) -> Iterator[Text]:
    shown = html.to_text(message.html_body) if message.html_body else ""
    names = [attached.name for attached in message.attachments or []]
    of_mail = (message.mail_from, message.mail_to, message.mail_cc, message.quote)
    for text in (message.body, shown, message.subject, *of_mail, *names):
        yield Text(text or "", message.public_sequence is not None)


def whole(conversation: Conversation) -> Iterator[Text]:
    """Yields all texts of a conversation."""
    yield from of_contact(conversation)
    yield from of_messages(conversation)


def has_phrases(conversation: Conversation, contact: Person | None, phrases: Iterable[str], *, is_public: bool) -> bool | None:
    """Returns whether each phrase stands within one text of a conversation, None where these are too long to look through. A
    request for each MB of messages, no more once all are found, none where the subject and the contact have them.
    """
    left, room = set(phrases), MOST_LETTERS
    for text in chain(_of_known(conversation, contact), of_messages(conversation)):
        if text.is_public or not is_public:
            parts = search_words.parts_of(text.text)
            left = {phrase for phrase in left if phrase not in parts}
        room -= len(text.text)
        if not left or room < 0:
            return None if left else True
    return False
