"""Devices of a person: key account#person · device uuid. The uuid is made from the client's own id for the device."""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib import config
from chalicelib.models.attributes import BooleanAttribute, IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table, conditional, read_page, transaction
from chalicelib.models.unique_names import UniqueName, new_name


class Device(Table):
    """A browser or a phone. Times are epoch milliseconds."""

    class Meta:
        table_name = config.table("devices")

    person_key = UnicodeAttribute(hash_key=True, attr_name="pk")
    id = UnicodeAttribute(range_key=True, attr_name="id")
    client_id = UnicodeAttribute(attr_name="ci")
    os = UnicodeAttribute(attr_name="os")
    created_at = IntegerAttribute(attr_name="ca")
    #: When its client last said something about it; None if it never has.
    used_at = IntegerAttribute(null=True, attr_name="ua")
    #: What its client says about it. Its socket shows whether it is online.
    name = UnicodeAttribute(null=True, attr_name="na")
    phone = UnicodeAttribute(null=True, attr_name="ph")
    os_version = UnicodeAttribute(null=True, attr_name="ov")
    api_level = UnicodeAttribute(null=True, attr_name="al")
    model = UnicodeAttribute(null=True, attr_name="mo")
    push_token = UnicodeAttribute(null=True, attr_name="pt")
    is_pushed = BooleanAttribute(null=True, attr_name="ip")
    is_development = BooleanAttribute(null=True, attr_name="iv")
    is_active = BooleanAttribute(null=True, attr_name="ia")

    @property
    def is_mobile(self) -> bool:
        """Whether it is a phone, not a browser."""
        return self.os.upper() in ("AND", "ANDROID", "IOS")


def create(account: str, person: str, device: Device, instead_of: Sequence[Device] = ()) -> None:
    """Stores a device and its owner, and deletes others of the same person. One request.

    Raises ConditionFailed where it is stored already, or one of the others is not.
    """
    device.person_key = f"{account}#{person}"
    with transaction() as write:
        for other in instead_of:
            write.delete(other, condition=Device.id.exists())
            write.delete(new_name(account, "device", other.id, person))
        write.save(device, condition=Device.id.does_not_exist())
        write.save(new_name(account, "device", device.id, person), condition=UniqueName.key.does_not_exist())


def get(account: str, person: str, device: str) -> Device | None:
    """Returns a device of a person, read consistently. One request."""
    return Device.find(f"{account}#{person}", device)


def of_person(account: str, person: str, limit: int = 100) -> list[Device]:
    """Returns a person's latest devices, newest first. One request."""
    rows = Device.query(f"{account}#{person}", consistent_read=True, limit=limit)
    return sorted(read_page(rows)[0], key=lambda device: device.created_at, reverse=True)


def describe(account: str, person: str, device: str, told: Mapping[str, Any]) -> Device:
    """Stores what a client says about its device. One request. Raises ConditionFailed if there is no such device."""
    row = Device(f"{account}#{person}", device)
    with conditional():
        row.update([getattr(Device, name).set(value) for name, value in told.items()], Device.client_id.exists())
    return row
