"""Devices of a person: key account#person · device uuid. The uuid is made from what the client calls the device."""

from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib import config
from chalicelib.models.base import IntegerAttribute, Refused, Table, conditional, transaction
from chalicelib.models.claims import Claim, claim


class Device(Table):
    """A browser or a phone. Times are epoch milliseconds."""

    class Meta:
        table_name = config.table("devices")

    person_key = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    client_id = UnicodeAttribute()
    os = UnicodeAttribute()
    created_at = IntegerAttribute()
    #: What its client tells of it: name, versions, push tokens.
    details: Any = JSONAttribute(null=True)

    @property
    def is_mobile(self) -> bool:
        """Whether it is a phone, and not a browser."""
        return self.os.upper() in ("AND", "ANDROID", "IOS")


def create(account: str, person: str, device: Device) -> bool:
    """Stores a device and whose it is; False where it is there already."""
    device.person_key = f"{account}#{person}"
    try:
        with transaction() as write:
            write.save(device, condition=Device.id.does_not_exist())
            write.save(claim(account, "device", device.id, person), condition=Claim.key.does_not_exist())
    except Refused:
        return False
    return True


def get(account: str, person: str, device: str) -> Device | None:
    """One device of a person, read consistently: one request."""
    return Device.find(f"{account}#{person}", device)


def describe(account: str, person: str, device: str, os: str | None, details: dict[str, Any]) -> None:
    """Writes what a device's client tells of it. Raises Refused where there is no such device."""
    actions: list[Action] = [Device.details.set(details)]
    if os:
        actions.append(Device.os.set(os))
    with conditional():
        Device(f"{account}#{person}", device).update(actions, Device.client_id.exists())
