"""Imports of people: who is there already, who is somebody else, and what an import never changes."""

from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.core import lines
from chalicelib.desk.core.errors import DeskError, Exists, Invalid
from chalicelib.desk.people import contacts, people
from chalicelib.desk.people import imports as people_imports
from chalicelib.desk.people.contact_identities import Identity
from chalicelib.desk.people.imports import ADOPTED, CHANGED, NEW, SAME
from chalicelib.desk.teams import imports as settings_imports
from tests.desk.conversations.desk import department
from tests.desk.conversations.test_imports import ctx_of, line
from tests.infra.lines import AGENT, CONTACT, Line
from tests.world import World

LEFT: Line = {"type": "agent", "id": "a9", "name": "Lee (left)", "removed_at": "2022-01-31T00:00:00Z"}
GONE: Line = {"type": "contact", "id": "c9", "name": "Gone", "removed_at": "2022-01-31T00:00:00Z"}


def bring(world: World, told: Line) -> str:
    found: Any = line(told)
    bring_one = people_imports.import_agent if isinstance(found, lines.Agent) else people_imports.import_contact
    return bring_one(ctx_of(world), found)


def contact(world: World, name: str, **given: Any) -> Any:
    return contacts.create(world.ctx(ADMIN), contacts.Change(name, **given))


def kim(world: World) -> Line:
    return AGENT | {"email": f"kim@{world.account}.test"}


def test_what_an_import_does_not_change_of_an_agent_is_refused_and_they_stay(world: World) -> None:
    assert bring(world, kim(world)) == NEW
    wrong: tuple[Line, ...] = (
        {"email": "other@x.example"},
        {"removed_at": AGENT["created_at"]},
        {"level": "admin"},
        {"is_active": False},
    )
    for given, field in zip(wrong, ("email", "email", "level", "level"), strict=True):
        with pytest.raises(Invalid) as refused:
            bring(world, kim(world) | given)
        assert refused.value.field == field
    assert [bring(world, kim(world) | {"signature": "Yours"}) for _ in range(2)] == [CHANGED, SAME]
    agent = people.get_agent_by_email(world.as_agent(), f"kim@{world.account}.test")
    assert (agent.level, agent.is_active, agent.signature, agent.email) == ("agent", True, "Yours", f"kim@{world.account}.test")


def test_an_agent_of_another_account_and_one_of_another_line_are_not_taken(world: World, other: World) -> None:
    with pytest.raises(Exists, match="agent of another account"):
        bring(world, AGENT | {"email": other.agents[0].email})
    owned = AGENT | {"email": world.owner.email}
    assert bring(world, owned) == ADOPTED
    with pytest.raises(Exists, match="agent a1, imported before,"):
        bring(world, owned | {"id": "a2"})
    assert people_imports.find(ctx_of(world), "agent", "a2") is None


def test_a_contact_is_not_taken_for_an_agent_nor_for_two_contacts(world: World) -> None:
    contact(world, "One", email="one@x.example")
    contact(world, "Two", identities=(Identity("user_id", "77"),))
    both = [{"kind": "email", "value": "one@x.example"}, {"kind": "user_id", "value": "77"}]
    with pytest.raises(Exists, match=r"one@x\.example, 77"):
        bring(world, CONTACT | {"identities": both})
    assert bring(world, CONTACT | {"identities": both[:1]}) == ADOPTED
    with pytest.raises(Exists, match="contact c1, imported before,"):
        bring(world, CONTACT | {"id": "c2", "identities": both[:1]})
    assert [people_imports.find(ctx_of(world), "contact", id_) is None for id_ in ("c1", "c2")] == [False, True]


def test_somebody_who_was_removed_is_a_name_and_an_import_removes_nobody(world: World) -> None:
    assert [bring(world, told) for told in (LEFT, GONE, LEFT, GONE)] == [NEW, NEW, SAME, SAME]
    assert bring(world, CONTACT) == NEW
    with pytest.raises(Invalid, match="removed_at: an import removes nobody who is there"):
        bring(world, CONTACT | {"removed_at": CONTACT["created_at"]})
    for told in (LEFT, GONE):
        assert bring(world, told | {"name": "Another name"}) == CHANGED
        known = people_imports.find(ctx_of(world), told["type"], told["id"])
        assert known and not known.is_active


def test_a_removed_agent_has_nothing_that_is_checked_but_a_name(world: World) -> None:
    with pytest.raises(DeskError, match="name"):
        bring(world, LEFT | {"name": " "})
    with pytest.raises(DeskError, match="name"):
        bring(world, {name: value for name, value in GONE.items() if name != "name"})


def test_an_imported_agent_is_in_their_department_also_where_the_first_import_died_before(world: World) -> None:

    sales = department(world, "Sales")
    told: Any = line(kim(world) | {"department": "Sales"})
    people_imports.import_agent(ctx_of(world), told)  # and died
    assert [settings_imports.import_agent(ctx_of(world), told) for _ in range(2)] == [SAME, SAME]
    agent = people.get_agent_by_email(world.as_agent(), f"kim@{world.account}.test")
    assert agent.group == sales.id
    with pytest.raises(Invalid, match="department: there is no department named 'Nowhere'"):
        settings_imports.import_agent(ctx_of(world), line(kim(world) | {"department": "Nowhere"}))
