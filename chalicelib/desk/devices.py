"""Devices: the browsers and phones that a person uses."""

from chalicelib.context import Context
from chalicelib.desk import people
from chalicelib.desk.errors import Exists, Invalid
from chalicelib.models import devices
from chalicelib.models.devices import Device as Device
from chalicelib.rules import ids

_LONGEST = 256


def register(ctx: Context, person: str, client_id: str, os: str) -> Device:
    """Stores a person's device. Raises Exists with its id where it is known, NotFound for the person, Invalid."""
    if not 0 < len(client_id) <= _LONGEST:
        raise Invalid("device_id", "must be 1 to 256 characters")
    people.get(ctx, person)
    device = Device(id=ids.derived(ctx.account, person, client_id), client_id=client_id, os=os[:_LONGEST], created_at=ctx.now)
    if not devices.create(ctx.account, person, device):
        raise Exists("device", device.id)
    return device
