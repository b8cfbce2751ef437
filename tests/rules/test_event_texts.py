"""Event texts: who did what, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.actors import TRIGGER, Actor
from chalicelib.rules.event_texts import FieldChange, sentence, subject_of


@pytest.mark.parametrize(
    ("field", "before", "after", "text"),
    [
        ("created", None, None, "opened the conversation"),
        ("status", "new", "closed", "closed the conversation"),
        ("status", "closed", "on_hold", "reopened the conversation as On hold"),
        ("status", "new", "pending_internal", "changed the status from New to Pending internal"),
        ("assignee", None, "Ben", "assigned the conversation to Ben"),
        ("assignee", "Ben", None, "took the conversation from Ben"),
        ("assignee", "Ben", "Ada", "gave the conversation from Ben to Ada"),
        ("group", None, "Sales", "moved the conversation to the department Sales"),
        ("group", "Sales", None, "took the conversation out of the department Sales"),
        ("contact", "Jo", "Al", "changed the contact from Jo to Al"),
        ("subject", "a", "b", "changed the subject from “a” to “b”"),
        ("fired", None, "Escalate", "fired"),
        ("merged", None, "#4", "merged the conversation into #4"),
        ("merged", "#4", None, "undid the merge"),
        ("deleted", None, "1", "deleted the conversation"),
        ("deleted", "1", None, "restored the conversation"),
        ("breached", None, "first", "noted that the first answer is late"),
        ("breached", None, "resolve", "noted that the end of the conversation is late"),
        ("size", None, "42", "set size to “42”"),
    ],
)
def test_a_change_is_told(field: str, before: str | None, after: str | None, text: str) -> None:
    assert sentence("Sue", FieldChange(field, before, after)) == f"Sue {text}"


def test_tags_are_told_by_what_comes_and_goes() -> None:
    both = FieldChange("tags", tags_before=["a", "b"], tags_after=["b", "c", "d"])
    assert sentence("Sue", both) == "Sue added the tags c, d and removed the tag a"
    assert sentence("Sue", FieldChange("tags", tags_before=["a", "b"], tags_after=["b", "a"])).endswith("in another order")


@pytest.mark.parametrize(
    ("actor", "name", "who"),
    [
        (Actor(), None, "The desk"),
        (Actor("system", 0, "Anytime"), None, "A program"),
        (Actor("agent", 3), "Sue", "Sue"),
        (Actor("agent", 3), None, "An agent"),
        (Actor("contact", 3, "PPMessage"), None, "A contact"),
    ],
)
def test_whoever_acted_has_a_name(actor: Actor, name: str | None, who: str) -> None:
    assert subject_of(actor, name) == who


@given(st.text(min_size=1), st.none() | st.text(), st.text())
def test_a_sentence_is_short_whatever_the_values(field: str, before: str | None, after: str) -> None:
    assert len(sentence("Sue", FieldChange(field, before, after))) <= len(field) + max(len(before or ""), len(after), 80) * 2 + 80


def test_a_trigger_is_called_by_its_name() -> None:
    assert subject_of(Actor(TRIGGER, 3), "Escalate") == "The trigger “Escalate”"
    assert subject_of(Actor(TRIGGER, 3), None) == "A trigger"
