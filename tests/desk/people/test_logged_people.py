"""Logged people: whatever somebody changes about a person is in the audit log once, with who did it, and never a secret."""

from typing import Any

import pytest

import app
from chalicelib.context import ADMIN, AGENT
from chalicelib.desk.people import agents, api_keys, contact_merging, contacts, logged_people, people, profiles, registration
from chalicelib.desk.people.profiles import ChangePerson
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.desk.teams import allocation, groups
from chalicelib.models import event_logs, presence
from chalicelib.models.event_logs import LogEntry
from chalicelib.models.people import Person
from chalicelib.rules import passwords
from chalicelib.rules.actors import Actor, unpack
from chalicelib.telemetry import Failed
from tests.lambdas import counted
from tests.world import PASSWORD, World

Told = tuple[str, str | None, str | None]


def rows(world: World, person: Person | str) -> list[LogEntry]:
    world.settle()
    id_ = person.id if isinstance(person, Person) else person
    return list(LogEntry.query(event_logs.person_key(world.account, id_), consistent_read=True))


def told(world: World, person: Person | str) -> list[Told]:
    return [(row.field, row.before, row.after) for row in rows(world, person)]


def test_an_agent_s_life(world: World) -> None:
    admin = world.ctx(ADMIN, world.owner)
    agent = registration.create_agent(admin, CreateAgent("new@a.test", "Neo", passwords.wire(PASSWORD)))
    team = groups.create(admin, "Sales", groups.Change())
    steps: list[Any] = [
        lambda: profiles.change(admin, agent.id, ChangePerson(name="Nea", signature="Yours")),
        lambda: profiles.change(admin, agent.id, ChangePerson(level=ADMIN)),
        lambda: agents.set_permissions(admin, agent.id, ["users"]),
        lambda: groups.add_member(admin, team, agent.id),
        lambda: allocation.change(admin, allocation.Change(), [allocation.Preference(agent.number, most=5, accepts=False)]),
        lambda: agents.set_active(admin, agent.id, on=False),
        lambda: agents.remove(admin, agent.id),
    ]
    for step in steps:
        world.now += 1_000
        step()
    assert told(world, agent) == [
        ("created", None, '{"name":"Neo","email":"new@a.test","level":"agent"}'),
        ("name", "Neo", "Nea"),
        ("signature", None, "Yours"),
        ("level", AGENT, ADMIN),
        ("permissions", None, '["users"]'),
        ("group", None, team.id),
        ("most_conversations", None, "5"),
        ("refuses_allocation", None, "true"),
        ("is_active", "true", None),
        ("removed", "Nea", None),
    ]
    found = rows(world, agent)
    assert {unpack(row.changed_by) for row in found} == {Actor("agent", world.owner.number)}
    assert {(row.kind, row.number_of, row.listed_in) for row in found} == {("agent", agent.number, f"{world.account}#quiet")}


def test_a_password_and_api_keys_are_told_as_facts_alone(world: World) -> None:
    ada = world.agents[0]
    profiles.change(
        world.as_agent(), ada.id, ChangePerson(old_password=passwords.wire(PASSWORD), new_password=passwords.wire("better"))
    )
    world.now += 1
    key, secret = api_keys.create(world.as_agent(), is_named=True)
    world.now += 1
    with counted() as sent:
        api_keys.revoke(world.as_agent(), key.id)
    assert sent == ["GetItem", "TransactWriteItems"]
    found = rows(world, ada)[-3:]
    assert [row.field for row in found] == ["password", "api_key_created", "api_key_removed"]
    assert {*(row.before for row in found), *(row.after for row in found)} == {None}
    stored = people.get(world.ctx(ADMIN), ada.id).password or ""
    text = " ".join(str(row.serialize()) for row in found)
    assert not any(hidden in text for hidden in (secret, key.id, stored, "better", secret[:8]))


def test_a_contact_s_life(world: World) -> None:
    ctx = world.as_agent()
    bo = contacts.create(ctx, contacts.Change(name="Bo", email="bo@shop.test"))
    twin = contacts.create(ctx, contacts.Change(name="Bob", email="bob@shop.test"))
    world.now += 1_000
    contacts.change(ctx, bo.number, contacts.Change(alias="B", city="Kyiv", tags=["vip"]))
    world.now += 1_000
    contact_merging.merge(ctx, bo.number, twin.number)
    world.now += 1_000
    contacts.remove(ctx, bo.number)
    assert told(world, twin)[-1] == ("merged", None, str(bo.number))
    assert told(world, bo) == [
        ("created", None, '{"name":"Bo","email":"bo@shop.test"}'),
        ("alias", None, "B"),
        ("city", None, "Kyiv"),
        ("tags", None, '["vip"]'),
        ("identities", None, '["email#bob@shop.test"]'),
        ("removed", "Bo", None),
    ]
    assert {row.listed_in for row in rows(world, bo)} == {f"{world.account}#busy"}


def test_a_visitor_is_somebody_once_something_is_known_of_them(world: World) -> None:
    visitor = world.asking()
    assert told(world, visitor.id) == []
    number = people.get(world.ctx(ADMIN), visitor.id).number
    world.now += 1_000
    contacts.change(world.as_agent(), number, contacts.Change(name="Vi"))
    assert told(world, visitor.id) == [("created", None, '{"name":"Vi"}')]
    assert unpack(rows(world, visitor.id)[0].changed_by) == Actor("agent", world.agents[0].number)


def test_presence_logins_and_work_are_no_changes_and_cost_nothing(world: World) -> None:
    world.settle()
    before = told(world, world.agents[0])
    world.online(world.agents[0])
    visitor = world.asking()
    world.settle()
    visitor.say("more")
    agent = people.get(world.ctx(ADMIN), world.agents[0].id)
    presence.set_deadline(agent, {"away_at": world.now + 1})
    records = world.records("people")
    assert records
    with counted() as sent:
        app.relay_people({"Records": records}, None)
    assert "BatchWriteItem" not in sent
    assert told(world, world.agents[0]) == before


def test_records_that_come_again_late_and_shuffled_add_nothing(world: World) -> None:
    admin, ada = world.ctx(ADMIN), world.agents[0]
    for name in ("A", "B", "C"):  # all in one moment
        profiles.change(admin, ada.id, ChangePerson(name=name))
    records = world.records("people")
    for batch in (records, records[::-1] + records, records[:1], records):
        assert app.relay_people({"Records": batch}, None) == {"batchItemFailures": []}
    assert told(world, ada)[-3:] == [("name", "Ada Agent", "A"), ("name", "A", "B"), ("name", "B", "C")]
    assert len([one for one in told(world, ada) if one[0] == "name"]) == 3


def test_a_batch_whose_log_can_t_be_written_comes_again_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    profiles.change(world.ctx(ADMIN), world.agents[0].id, ChangePerson(name="A"))
    records = world.records("people")

    def dies(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(event_logs, "put", dies)
        with pytest.raises(Failed):
            app.relay_people({"Records": records}, None)
    assert app.relay_people({"Records": records}, None) == {"batchItemFailures": []}
    assert told(world, world.agents[0])[-1] == ("name", "Ada Agent", "A")


def test_a_row_that_is_deleted_leaves_no_word(world: World) -> None:
    bo = contacts.create(world.as_agent(), contacts.Change(name="Bo", email="bo@shop.test"))
    image = bo.serialize()
    record = {"OldImage": image, "SequenceNumber": "123", "ApproximateCreationDateTime": world.now / 1000}
    (row,) = logged_people.entries_of(record)
    assert (row.field, row.number_of, row.at) == ("erased", bo.number, world.now)
    assert row.before is row.after is None


def test_every_field_of_a_person_is_logged_or_known_not_to_be() -> None:
    silent = {"account", "id", "kind", "number", "created_at", "updated_at", "changed_by", "contacts_of", "words_version"}
    silent |= {"external_id", "trace", "chat", "domain", "is_anonymous", "last_agent", "last_assigned_at", "agents_of", "home"}
    silent |= {"presence", "presence_alias", "presence_at", "away_at", "offline_at", "lost_at", "last_login_at"}
    silent |= {"browser_device", "mobile_device", "open_conversations", "pending_external", "on_hold", "is_full"}
    silent |= {"absorbed", "past"}
    facts = {"removed_at", "erased_at", "merged_into", "password", "token_version", "key_version"}
    assert set(Person.get_attributes()) == silent | facts | set(logged_people.FIELDS)


@pytest.mark.parametrize("value", ["x" * 3_000, "ж" * 3_000])
def test_a_long_value_is_cut(world: World, value: str) -> None:
    bo = contacts.create(world.as_agent(), contacts.Change(name="Bo", description=value))
    contacts.change(world.as_agent(), bo.number, contacts.Change(description=value[:2_000]))
    (_, _, whole), (_, before, after) = told(world, bo)
    assert [len(one or "") for one in (whole, before, after)] == [logged_people.LONGEST_WHOLE, *[logged_people.LONGEST] * 2]
