"""Canned replies, which PPMessage calls predefined scripts, as its clients send and get them."""

import msgspec

from chalicelib.dialects.ppmessage.wire.apps import AppRequest


class AddScript(AppRequest, kw_only=True):
    """PP_ADD_PREDEFINED_SCRIPT."""

    script_question: str
    script_answer: str
    group_uuid: str | None = None


class ScriptRequest(AppRequest, kw_only=True):
    """PP_REMOVE_PREDEFINED_SCRIPT."""

    script_uuid: str


class AddScriptGroup(AppRequest, kw_only=True):
    """PP_ADD_PREDEFINED_SCRIPT_GROUP."""

    group_name: str


class MoveScript(ScriptRequest, kw_only=True):
    """PP_MOVE_PREDEFINED_SCRIPT_INTO_GROUP."""

    group_uuid: str


class Script(msgspec.Struct, kw_only=True):
    """A script; `group_uuid` is null where it is in no group."""

    uuid: str
    app_uuid: str
    group_uuid: str | None
    script_question: str
    script_answer: str


class ScriptList(msgspec.Struct):
    """PP_GET_PREDEFINED_SCRIPT_WITH_GROUP."""

    list: list[Script]


class ScriptGroup(msgspec.Struct, kw_only=True):
    """A group of scripts."""

    uuid: str
    app_uuid: str
    group_name: str
    createtime: str
    updatetime: str


class ScriptGroupList(msgspec.Struct):
    """PP_GET_ALL_PREDEFINED_SCRIPT_GROUP."""

    list: list[ScriptGroup]
