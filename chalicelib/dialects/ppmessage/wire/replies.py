"""Canned replies, which PPMessage calls predefined scripts, as its clients send and get them."""

import msgspec

from chalicelib.dialects.bounds import Id, Line, Paragraph
from chalicelib.dialects.ppmessage.wire.apps import AppRequest


class AddScript(AppRequest, kw_only=True):
    """PP_ADD_PREDEFINED_SCRIPT."""

    script_question: Line
    script_answer: Paragraph
    group_uuid: Id | None = None


class ScriptRequest(AppRequest, kw_only=True):
    """PP_REMOVE_PREDEFINED_SCRIPT."""

    script_uuid: Id


class AddScriptGroup(AppRequest, kw_only=True):
    """PP_ADD_PREDEFINED_SCRIPT_GROUP."""

    group_name: Line


class MoveScript(ScriptRequest, kw_only=True):
    """PP_MOVE_PREDEFINED_SCRIPT_INTO_GROUP."""

    group_uuid: Id


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
