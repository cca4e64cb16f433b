"""What `check` says about an account, apart from whether the login works."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from invoice_creator.settings import CreatorSettings
from invoice_operations.check.run import check
from invoice_operations.installation import Installation
from invoice_providers.registry import Accounts, account_settings
from invoice_shared.settings import AnySettings, InvalidSettings
from tests.contract.provider_cases import controlled


def nothing(_settings_class: type[AnySettings]) -> AnySettings:
    raise InvalidSettings(["NAME: is not set"])


def remarks(folder: Path, **configured: Any) -> list[tuple[str, str]]:
    with controlled("quickbooks_online", folder) as (case, control):
        control.configure(**configured)
        (folder / "tokens.json").unlink(missing_ok=True)
        case.connect().look(case.invoice())  # the chain begins, and its store can be seen
        nowhere = {
            name: settings.model_construct() for name, settings in account_settings().items()
        }
        accounts: Accounts = nowhere | {"quickbooks_online": case.account}

        def creator() -> tuple[CreatorSettings, Accounts]:
            return CreatorSettings.model_construct(metronome_api_key=SecretStr("key")), accounts

        return [
            (line.state, line.detail)
            for line in check(Installation(nothing, creator))
            if line.part == "quickbooks_online account"
        ]


@pytest.mark.parametrize(
    ("custom", "begins"),
    [
        pytest.param(False, "The company numbers transactions by itself", id="numbers by itself"),
        pytest.param(True, "It cannot be read whether the company warns", id="takes our numbers"),
    ],
)
def test_the_preference_of_a_company_is_a_note(tmp_path: Path, custom: bool, begins: str) -> None:
    ((state, detail),) = remarks(tmp_path, custom_transaction_numbers=custom)

    assert state == "note"
    assert detail.startswith(begins)
