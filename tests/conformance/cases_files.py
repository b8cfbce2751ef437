"""Calls about files that succeed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conformance.scene import Scene

CASES: "dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]]" = {
    ("POST", "/upload"): lambda scene, _: {"user_uuid": scene.visitor.id, "file": ("notes.txt", "text/plain", b"words")},
    ("POST", "/upload_txt"): lambda scene, _: {"upload_type": "content_txt", "content_txt": "words"},
    ("GET", "/download/{fid}"): lambda scene, _: {"file_name": "notes.txt"},
    ("GET", "/identicon/{name}"): lambda scene, _: {},
    ("POST", "/upload/upload"): lambda scene, _: {"user_uuid": scene.visitor.id, "file": ("notes.txt", "text/plain", b"words")},
    ("POST", "/ppkefu/upload"): lambda scene, _: {"upload_type": "content_txt", "content_txt": "words"},
    ("GET", "/download/download/{fid}"): lambda scene, _: {"file_name": "notes.txt"},
    ("GET", "/ppkefu/download/{fid}"): lambda scene, _: {"file_name": "notes.txt"},
    ("GET", "/ppkefu/material/{fid}"): lambda scene, _: {"file_name": "notes.txt"},
    ("GET", "/ppkefu/icon/{name}"): lambda scene, _: {},
}
