"""What rows cost at their fullest, over all attributes: a message writes its conversation's row, so that has to stay small."""

from typing import Any

import pytest

from chalicelib.models import conversation_indexes
from chalicelib.models.base import Table
from chalicelib.models.conversations import Conversation
from chalicelib.models.messages import Message
from chalicelib.models.people import Person
from tests.models import sizes, sizes_of_people

WIDEST: dict[type[Table], dict[str, Any]] = {
    Conversation: sizes.CONVERSATION,
    Message: sizes.MESSAGE,
    Person: sizes_of_people.PERSON,
}


#: What a message has only if it came as a mail or is mailed.
OF_MAIL = {"mail_from", "mail_to", "mail_cc", "quote", "mail_id", "automatic"}
OF_MAIL |= {"send_status", "send_since", "send_failure", "send_attempt"}
#: Nor have those that are posted what imported ones have.
NOT_POSTED = {*OF_MAIL, "external_id"}


def fullest(model: type[Table], without: set[str]) -> dict[str, Any]:
    """The item of the widest row of a kind."""
    return model(**{name: value for name, value in WIDEST[model].items() if name not in without}).serialize(null_check=False)


@pytest.mark.parametrize("model", WIDEST, ids=lambda model: str(model.__name__))
def test_of_every_attribute_the_widest_value_is_known(model: type[Table]) -> None:
    assert set(WIDEST[model]) == set(model.get_attributes())


@pytest.mark.parametrize(
    ("model", "kinds"),
    [(Conversation, sizes.CONVERSATIONS), (Person, sizes_of_people.PEOPLE | {"noted": sizes_of_people.NOTED_CONTACT})],
)
def test_every_attribute_is_in_a_row_that_is_measured(model: type[Table], kinds: dict[str, set[str]]) -> None:
    assert set.intersection(*kinds.values()) == set()
    assert all(without < set(model.get_attributes()) for without in kinds.values())


@pytest.mark.parametrize("kind", sizes.CONVERSATIONS)
def test_a_full_conversation_stays_below_900_bytes(kind: str) -> None:
    item = fullest(Conversation, sizes.CONVERSATIONS[kind])
    assert not set(sizes.CONVERSATION_TO_COME) & {one.attr_name for one in Conversation.get_attributes().values()}
    assert sizes.size(item | sizes.CONVERSATION_TO_COME) < 900


def test_all_that_any_conversation_has_fits_in_one_kilobyte_together() -> None:
    assert sizes.size(fullest(Conversation, set()) | sizes.CONVERSATION_TO_COME) <= 1024


@pytest.mark.parametrize("kind", sizes.CONVERSATIONS)
def test_an_inbox_row_stays_below_700_bytes(kind: str) -> None:
    known = Conversation.get_attributes()
    listed = {known[name].attr_name for name in [*conversation_indexes.LISTED, "key", "inbox_key", "last_activity_at"]}
    item = fullest(Conversation, sizes.CONVERSATIONS[kind])
    assert sizes.size({name: value for name, value in item.items() if name in listed}) < 700


def test_a_message_without_its_text_is_below_710_bytes_and_below_445_without_a_file() -> None:
    assert sizes.size(fullest(Message, NOT_POSTED)) < 710
    assert sizes.size(fullest(Message, {*NOT_POSTED, "attachments", "subject", "html_body"})) < 445


def test_what_a_message_has_as_a_mail_is_below_400_bytes_without_its_quote() -> None:
    assert sizes.size(fullest(Message, {"external_id"})) - sizes.size(fullest(Message, NOT_POSTED)) < 400


@pytest.mark.parametrize("kind", sizes_of_people.PEOPLE)
def test_a_person_stays_below_900_bytes(kind: str) -> None:
    assert sizes.size(fullest(Person, sizes_of_people.PEOPLE[kind])) < 900


def test_a_contact_with_all_notes_stays_below_two_kilobytes() -> None:
    assert sizes.size(fullest(Person, sizes_of_people.NOTED_CONTACT)) < 2048


def test_sizes_are_dynamodb_s() -> None:
    """The examples of AWS's page on item sizes, and the rules that it states."""
    assert [sizes.value_size({"N": text}) for text in ("1", "12", "123", "-1234")] == [2, 2, 3, 3]
    assert sizes.value_size({"L": [{"N": "1"}, {"S": "ab"}]}) == 3 + (1 + 2) + (1 + 2)
    assert sizes.value_size({"M": {"ab": {"BOOL": True}}}) == 3 + (1 + 2 + 1)
    assert sizes.size({"ab": {"S": "世"}, "c": {"B": b"12"}}) == 2 + 3 + 1 + 2
