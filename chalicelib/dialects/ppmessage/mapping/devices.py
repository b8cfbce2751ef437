"""Devices in PPMessage's words."""

from chalicelib.desk.devices import Device
from chalicelib.dialects.ppmessage.wire import devices as wire


def device(stored: Device) -> wire.DeviceCreated:
    """A device that was made."""
    return wire.DeviceCreated(stored.id)
