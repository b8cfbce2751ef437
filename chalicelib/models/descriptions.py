"""Botocore's descriptions of AWS's services. A cold start reads megabytes of them: here msgspec does, and nobody looks into the
folder of each of 400 services to see what there is.
"""

import gzip
import os
from typing import Any

import msgspec
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import JSONFileLoader, Loader, create_loader, instance_cache
from botocore.session import Session

_OPEN: dict[str, Any] = {".json": open, ".json.gz": gzip.open}


class _Files(JSONFileLoader):
    def load_file(self, file_path: str) -> Any:
        """Returns a description at a path without its suffix, or None where there is none."""
        for suffix, open_ in _OPEN.items():
            if os.path.isfile(f"{file_path}{suffix}"):  # noqa: PTH113 (a Path raises where it may not look)
                with open_(f"{file_path}{suffix}", "rb") as file:
                    return msgspec.json.decode(file.read())
        return None


class _Loader(Loader):
    @instance_cache
    def list_available_services(self, type_name: str) -> list[str]:
        """Returns the services that have a folder, whatever is in it."""
        folders = filter(os.path.isdir, self.search_paths)
        return sorted({found.name for folder in folders for found in os.scandir(folder) if found.is_dir()})

    def determine_latest_version(self, service_name: str, type_name: str) -> str:
        """Returns a description's latest version. Raises UnknownServiceError."""
        try:
            return super().determine_latest_version(service_name, type_name)
        except DataNotFoundError as error:
            known = ", ".join(self.list_available_services(type_name))
            raise UnknownServiceError(service_name=service_name, known_service_names=known) from error


def loader(session: Session) -> Loader:
    """Returns the loader of a session's descriptions."""
    places = create_loader(session.get_config_variable("data_path")).search_paths
    return _Loader(places, _Files(), include_default_search_paths=False)
