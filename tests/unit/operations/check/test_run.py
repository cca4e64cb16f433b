"""The whole check where nothing is set up as it should be: each part has its line, and none ends the others."""

from collections import Counter

from invoice_operations.check.run import SERVICES, check
from invoice_operations.installation import Installation
from invoice_shared.settings import AnySettings, InvalidSettings, KafkaSettings


def test_every_part_whose_settings_are_wrong_says_so() -> None:
    def wrong(settings_class: type[AnySettings]) -> AnySettings:
        raise InvalidSettings([f"{settings_class.__name__}: is wrong"])

    states = {line.part: line.state for line in check(Installation(wrong))}

    settings = {f"settings of {name}": "wrong setting" for name in SERVICES}
    others = {"broker": "wrong setting", "Metronome": "wrong setting", "billing providers": "note"}
    assert states == settings | others


def test_a_client_of_kafka_that_cannot_be_built_is_the_brokers_line() -> None:
    def impossible(settings_class: type[AnySettings]) -> AnySettings:
        if settings_class is KafkaSettings:
            values = {"kafka_security_protocol": "SSL", "kafka_ssl_ca_location": "/none"}
            return settings_class.model_validate(values)
        raise InvalidSettings(["NAME: is not set"])

    lines = list(check(Installation(impossible)))

    (broker,) = [line for line in lines if line.part == "broker"]
    assert (broker.state, "ssl.ca.location" in broker.detail) == ("wrong setting", True)
    assert Counter(line.state for line in lines)["note"] == len(SERVICES) + 1
