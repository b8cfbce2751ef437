"""Devices of a person: key account#person · device uuid. The uuid is made from what the client calls the device."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib import config
from chalicelib.models.base import IntegerAttribute, Refused, Table, transaction
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
