"""Devices: the browsers and phones that a person uses."""

from typing import Any

import msgspec
from msgspec.structs import asdict

from chalicelib.context import AGENT, VISITOR, Context
from chalicelib.desk.auth import tokens
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.errors import Exists, Invalid, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import people
from chalicelib.models import devices, unique_names
from chalicelib.models.base import ConditionFailed
from chalicelib.models.devices import Device as Device
from chalicelib.rules import ids

#: Devices that a person has at most. One more replaces the one unused for longest.
MOST = 20
#: Devices that one write removes at most. There are more than MOST only if several were stored at the same moment.
_MOST_LEAVING = 20
_LONGEST, _LONGEST_TOKEN = 256, 4096
_owners: TimedCache[str] = TimedCache()


class Details(msgspec.Struct, frozen=True):
    """What a client says about its device. None leaves a field as it is."""

    os: str | None = None
    name: str | None = None
    phone: str | None = None
    os_version: str | None = None
    api_level: str | None = None
    model: str | None = None
    push_token: str | None = None
    is_pushed: bool | None = None
    is_development: bool | None = None
    is_active: bool | None = None


@access.allow(VISITOR)
def register(ctx: Context, person: str, client_id: str, os: str) -> Device:
    """Stores a person's device and returns it. Three requests. Raises Exists with its id, NotFound for the person, Invalid,
    TooMany.
    """
    rate_limits.spend_by_source(ctx, "devices", 0)  # before anything is read
    people.get(ctx, person)
    device = _new(ctx, person, client_id, os[:_LONGEST])
    if not _store(ctx, person, device):
        raise Exists("device", device.id)
    return device


def _store(ctx: Context, person: str, device: Device) -> bool:
    """Stores a new device. Beyond `MOST`, it replaces those unused for longest. Returns False if it is stored already."""

    def attempt() -> bool:
        known = devices.of_person(ctx.account, person)
        if device.id in {each.id for each in known}:
            return False
        rate_limits.spend_by_source(ctx, "devices")
        by_use = sorted(known, key=lambda each: each.used_at or each.created_at)
        leaving = by_use[: max(0, len(known) + 1 - MOST)][:_MOST_LEAVING]
        devices.create(ctx.account, person, device, leaving)
        for each in leaving:
            _owners.forget(f"{ctx.account}#{each.id}")
        return True

    return retry_on_conflict(ctx, attempt)


def _new(ctx: Context, person: str, client_id: str, os: str) -> Device:
    if not 0 < len(client_id) <= _LONGEST:
        raise Invalid("device_id", "must be 1 to 256 characters")
    return Device(id=ids.derived(ctx.account, person, client_id), client_id=client_id, os=os, created_at=ctx.now)


def record_use(ctx: Context, person: str, client_id: str, details: Details) -> Device:
    """Stores what a client says about a person's device, and returns the device. One request, three for a new one. Raises
    Invalid.
    """
    told = _changes(details)
    device = _new(ctx, person, client_id, details.os or "")
    try:
        return devices.describe(ctx.account, person, device.id, told | {"used_at": ctx.now})
    except ConditionFailed:
        for name, value in told.items():
            setattr(device, name, value)
        _store(ctx, person, device)
        return device


@access.allow(VISITOR)
def update(ctx: Context, device: str, details: Details) -> None:
    """Stores what a client says about its device. One request, one more where this process does not know the owner.

    Raises NotFound for a device that is not the caller's, Invalid.
    """
    told = _changes(details)
    person = load_owner(ctx, device)
    if told:
        try:
            devices.describe(ctx.account, person, device, told | {"used_at": ctx.now})
        except ConditionFailed as refused:  # it was replaced since this process learned its owner
            _owners.forget(f"{ctx.account}#{device}")
            raise NotFound("device", device) from refused


def _changes(details: Details) -> dict[str, Any]:
    told = {name: value for name, value in asdict(details).items() if value is not None}
    for name, value in told.items():
        most = _LONGEST_TOKEN if name == "push_token" else _LONGEST
        if isinstance(value, str) and len(value) > most:
            raise Invalid(name, f"is longer than {most} characters")
    return told


def get(ctx: Context, person: str, device_id: str) -> Device:
    """Returns a device of a person of the caller's account. One request. Raises NotFound."""
    device = devices.get(ctx.account, person, device_id) if ids.is_uuid(device_id) else None
    if device is None:
        raise NotFound("device", device_id)
    return device


@access.allow(VISITOR)
def is_owned_by(ctx: Context, person: str, device: str) -> bool:
    """Returns whether a device belongs to a person. No request where a warm process knows the owner, else one."""
    try:
        return _owner(ctx, device) == person
    except NotFound:
        return False


def list_of_person(ctx: Context, person: str) -> list[Device]:
    """Returns a person's devices, newest first, 100 at most. One request."""
    return devices.of_person(ctx.account, person)


def load_owner(ctx: Context, device: str) -> str:
    """Returns the owner of a device if the caller may act for them: themselves, a token's own visitor, anybody for a program.

    One request, or none where a warm process knows: a device never changes its owner. Raises NotFound.
    """
    owner = _owner(ctx, device)
    if ctx.caller.person != owner and not _speaks_for(ctx, owner):
        raise NotFound("device", device)
    return owner


def _owner(ctx: Context, device: str) -> str:
    key = f"{ctx.account}#{device}"
    known = _owners.get(key, ctx.now)
    if known:
        return known
    claim = unique_names.find(ctx.account, "device", device) if ids.is_uuid(device) else None
    if claim is None:
        raise NotFound("device", device)
    return _owners.put(key, claim.id, ctx.now)


def _speaks_for(ctx: Context, owner: str) -> bool:
    if ctx.caller.person is not None:
        return False
    if ctx.caller.level != VISITOR:
        return ctx.caller.at_least(AGENT)
    return _is_contact(ctx, owner) and tokens.may_speak_for(ctx, owner)


def _is_contact(ctx: Context, person: str) -> bool:
    view = people.load_views(ctx, [person]).get(person)
    return view is not None and view.kind == people.CONTACT
