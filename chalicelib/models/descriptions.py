"""Botocore's descriptions of AWS's services. A cold start reads megabytes of them: here msgspec does, and nobody looks into the
folder of each of 400 services to see what there is.
"""

import gzip
import os
from pathlib import Path
from typing import Any

import msgspec
from botocore.loaders import JSONFileLoader, Loader
from botocore.session import Session

_OPEN: dict[str, Any] = {".json": open, ".json.gz": gzip.open}


class _Files(JSONFileLoader):
    def load_file(self, file_path: str) -> Any:
        """Returns a description at a path without its suffix, or None where there is none."""
        for suffix, open_ in _OPEN.items():
            if Path(f"{file_path}{suffix}").is_file():
                with open_(f"{file_path}{suffix}", "rb") as file:
                    return msgspec.json.decode(file.read())
        return None


class _Loader(Loader):
    def list_available_services(self, type_name: str) -> list[str]:
        """Returns the services that have a folder, whatever is in it."""
        folders = filter(os.path.isdir, self.search_paths)
        return sorted({found.name for folder in folders for found in os.scandir(folder) if found.is_dir()})


def loader(session: Session) -> Loader:
    """Returns the loader of a session's descriptions."""
    paths = [str(Path(path).expanduser()) for path in (session.get_config_variable("data_path") or "").split(os.pathsep) if path]
    return _Loader(paths, _Files())
