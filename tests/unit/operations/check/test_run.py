"""A whole check with nothing set up correctly: each part has its line, and none ends the others."""

from collections import Counter

from invoice_creator.settings import CreatorSettings
from invoice_operations.check.checks import SEE_ABOVE, Line, once
from invoice_operations.check.run import check, services
from invoice_operations.installation import Installation
from invoice_providers.registry import Accounts
from invoice_shared.settings import AnySettings, InvalidSettings, KafkaSettings


def wrong(settings_class: type[AnySettings]) -> AnySettings:
    raise InvalidSettings([f"{settings_class.__name__}: is wrong"])


def without_a_ca(settings_class: type[AnySettings]) -> AnySettings:
    if settings_class is KafkaSettings:
        values = {"kafka_security_protocol": "SSL", "kafka_ssl_ca_location": "/none"}
        return settings_class.model_validate(values)
    return wrong(settings_class)


def no_creator() -> tuple[CreatorSettings, Accounts]:
    raise InvalidSettings(["NAME: is not set"])


def test_every_part_with_wrong_settings_says_so() -> None:
    installation = Installation(wrong, no_creator)

    states = {line.part: line.state for line in check(installation)}

    settings = {f"settings of {name}": "wrong setting" for name in services(installation)}
    settings["settings of invoice-creator"] = "note"
    others = {"broker": "wrong setting", "Metronome": "wrong setting", "billing providers": "note"}
    assert states == settings | others


def test_a_kafka_client_that_cannot_be_built_is_reported_on_the_brokers_line() -> None:
    lines = list(check(Installation(without_a_ca, no_creator)))

    (broker,) = [line for line in lines if line.part == "broker"]
    assert (broker.state, "ssl.ca.location" in broker.detail) == ("wrong setting", True)
    assert Counter(line.state for line in lines)["note"] == 2


def test_a_setting_that_several_parts_read_is_reported_once() -> None:
    def typo(settings_class: type[AnySettings]) -> AnySettings:
        raise InvalidSettings(
            ["KAFKA_SECURITY_PROTOCOL: is none of SSL", f"{settings_class.__name__}: is wrong"]
        )

    lines = list(check(Installation(typo, no_creator)))

    assert [line.part for line in lines if "KAFKA_SECURITY_PROTOCOL" in line.detail] == [
        "settings of invoice-webhook"
    ]
    details = {line.part: line.detail for line in lines if line.state == "wrong setting"}
    assert details["settings of invoice-formatter"] == "FormatterSettings: is wrong"
    assert all(details.values())


def test_a_part_with_only_the_same_wrong_setting_refers_to_it() -> None:
    lines = list(
        once(
            [
                Line("a", "wrong setting", problems=("A: x",)),
                Line("b", "wrong setting", problems=("A: x",)),
            ]
        )
    )

    assert [line.detail for line in lines] == ["A: x", SEE_ABOVE]
