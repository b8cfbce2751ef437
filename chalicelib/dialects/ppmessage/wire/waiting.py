"""The waiting queue, as PPMessage's clients send and get it."""

import msgspec

from chalicelib.dialects.bounds import Id, Ids
from chalicelib.dialects.ppmessage.wire.apps import AppRequest


class CreateVisitorConversation(AppRequest, kw_only=True):
    """PPCOM_CREATE_CONVERSATION: with a group, with one of some agents, or with whoever is there."""

    user_uuid: Id
    device_uuid: Id
    group_uuid: Id | None = None
    member_list: Ids | None = None


class CancelWaiting(AppRequest, kw_only=True):
    """PP_CANCEL_WAITING_CREATE_CONVERSATION: anywhere, or in one group."""

    user_uuid: Id
    device_uuid: Id
    group_uuid: Id | None = None


class QueueLength(msgspec.Struct):
    """PP_GET_AMD_QUEUE_LENGTH."""

    length: int
