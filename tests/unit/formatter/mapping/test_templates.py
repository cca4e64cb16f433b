from decimal import Decimal
from typing import Any

import pytest

from invoice_formatter.mapping.templates import parse_template

SCOPE: dict[str, Any] = {
    "contract_custom_fields": {"po_number": " PO-7 ", "empty": ""},
    "total": Decimal("12.50"),
    "terms": 30,
    "flag": True,
    "nothing": None,
    "list": [1],
}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        pytest.param("plain", "plain", id="without placeholders"),
        pytest.param("PO {contract_custom_fields.po_number}!", "PO PO-7!", id="values are trimmed"),
        pytest.param(
            "{total} {terms} {flag}", "12.50 30 true", id="numbers and booleans are written out"
        ),
        pytest.param("{absent?}", "", id="an optional placeholder may stay empty"),
        pytest.param("x {contract_custom_fields.absent.deep?} ", "x", id="the result is trimmed"),
        pytest.param("{{{terms}}}", "{30}", id="doubled braces are literal"),
    ],
)
def test_a_template_is_filled(template: str, filled: str) -> None:
    parsed = parse_template(template)

    assert parsed.missing(SCOPE) == []
    assert parsed.fill(SCOPE) == filled


@pytest.mark.parametrize(
    "path", ["absent", "nothing", "contract_custom_fields.empty", "contract_custom_fields", "list"]
)
def test_a_path_that_does_not_lead_to_a_scalar_is_missing(path: str) -> None:
    assert parse_template(f"a {{{path}}}").missing(SCOPE) == [path]


@pytest.mark.parametrize(
    "text", ["{", "}", "{}", "{a..b}", "{a!r}", "{a:>3}", "{ a }", "{a[0]}", "{?}", "{a.?}"]
)
def test_a_malformed_template_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_template(text)
