"""Botocore's descriptions of services: those that its own loader reads, with less work."""

import json
from pathlib import Path

import pytest
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import create_loader
from botocore.session import Session

from chalicelib.models import descriptions
from chalicelib.models.dynamodb import connection


def test_they_are_what_botocore_reads() -> None:
    ours, theirs = descriptions.loader(Session()), create_loader()
    for kind in ("service-2", "endpoint-rule-set-1", "paginators-1"):
        for service in ("dynamodb", "sqs", "s3", "sesv2", "apigatewaymanagementapi"):
            assert ours.load_service_model(service, kind) == theirs.load_service_model(service, kind)
    for name in ("endpoints", "partitions", "_retry", "sdk-default-configuration"):
        assert ours.load_data(name) == theirs.load_data(name)
    assert ours.list_available_services("service-2") == theirs.list_available_services("service-2")


def test_the_tables_client_is_made_of_them() -> None:
    assert type(connection.session.get_component("data_loader")) is descriptions._Loader


def test_a_folder_of_ones_own_is_read_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine/2020-01-01").mkdir(parents=True)
    (tmp_path / "mine/2020-01-01/service-2.json").write_text(json.dumps({"metadata": {"é": 1.5}}))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    loader = descriptions.loader(Session())
    assert loader.load_service_model("mine", "service-2") == {"metadata": {"é": 1.5}}
    assert "mine" in loader.list_available_services("service-2")
    with pytest.raises(DataNotFoundError):
        loader.load_data("mine/2020-01-01/paginators-1")
    for each in (loader, create_loader(str(tmp_path))):
        with pytest.raises(UnknownServiceError):
            each.load_service_model("mine", "paginators-1")


def test_folders_are_named_as_in_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    given = "$WHERE/one:~/two:~nobody-of-that-name/three::/four"
    monkeypatch.setenv("WHERE", "/here")
    monkeypatch.setenv("AWS_DATA_PATH", given)
    assert descriptions.loader(Session()).search_paths == create_loader(given).search_paths
