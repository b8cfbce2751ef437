"""Devices in PPMessage's words."""

from chalicelib.desk.people.devices import Details, Device
from chalicelib.dialects.ppmessage.wire import devices as wire
from chalicelib.dialects.ppmessage.wire.sessions import Login

_TRUE = ("true", "1")


def device(stored: Device) -> wire.DeviceCreated:
    """A device that was made."""
    return wire.DeviceCreated(stored.id)


def details(request: wire.UpdateDevice) -> Details:
    """What a client says about its device. An empty text says nothing."""
    return Details(
        os=request.device_ostype or None,
        name=request.device_fullname or None,
        phone=request.device_phonenumber or None,
        os_version=request.device_osversion or None,
        api_level=request.device_android_apilevel or None,
        model=request.device_ios_model or None,
        push_token=request.device_ios_token or request.device_android_gcmtoken or None,
        is_pushed=request.device_android_gcmpush,
        is_active=request.device_is_online,
    )


def logged_in(request: Login) -> Details:
    """What a client says about the device on which its agent logs in."""
    developed = request.ios_app_development
    return Details(
        os=request.ostype,
        name=request.device_fullname or None,
        os_version=request.osversion or None,
        model=request.osmodel or None,
        push_token=request.token or None,
        is_development=None if developed is None else str(developed).lower() in _TRUE,
    )
