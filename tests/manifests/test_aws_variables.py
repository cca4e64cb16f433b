"""Each AWS variable that we set is one that boto3 looks up: it says nothing about one that it does
not know.
"""

from collections import UserDict

import boto3
import pytest

from tests.manifests.settings_of import BOTO3S_OWN

SET = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "eu-central-1",
}


class Watched(UserDict[str, str]):
    """An environment that remembers which variables were looked up."""

    def __init__(self, values: dict[str, str]) -> None:
        self.asked: set[str] = set()
        super().__init__(values)

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return super().__contains__(name)

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return super().__getitem__(name)


def test_boto3_looks_up_each_aws_variable_that_we_set(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = Watched(SET)
    monkeypatch.setattr("os.environ", environment)

    session = boto3.Session()
    session.client("s3")

    assert session.get_credentials() is not None
    assert set(BOTO3S_OWN) <= environment.asked
