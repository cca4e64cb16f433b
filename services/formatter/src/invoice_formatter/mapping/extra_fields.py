"""EXTRA_FIELDS: the operator's provider fields, filled from the Metronome invoice. Pure.

A key ``line.class`` is the field ``class`` of every line, any other key a field of the document;
``netsuite:line.class`` is one for that destination only, because providers refuse unknown names.
Paths start at the invoice (``{contract_custom_fields.po_number}`` or ``{invoice.contract_id}``);
templates of lines also know ``{line.product_id}``. ``start_date`` and ``end_date`` of invoice and
line are the first and the last day covered, which Metronome does not state: its ends are exclusive.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from invoice_formatter.mapping.metronome_invoice import MetronomeInvoice, MetronomeLine
from invoice_formatter.mapping.periods import Period, period_of_invoice, period_of_line
from invoice_formatter.mapping.templates import Tree, parse_template
from invoice_providers.names import all_destinations, destinations
from invoice_shared.errors import Rejected

LINE_PREFIX = "line."
# A text like this before a colon is a destination.
DESTINATION = re.compile(r"(?P<name>[a-z][a-z0-9_]*):")

Templates = Mapping[str, str]


def problems_of(templates: Templates) -> list[str]:
    """Return a sentence per template that can never be filled, for the check at the start."""
    return [problem for key, text in templates.items() for problem in _problems(key, text)]


def templates_for(destination: str, templates: Templates) -> Templates:
    """Return a destination's templates without prefix; one with a prefix has precedence."""
    plain = {key: text for key, text in templates.items() if _field_of(key) == key}
    ours = {
        _field_of(key): text for key, text in templates.items() if key.startswith(f"{destination}:")
    }
    return plain | ours


def _field_of(key: str) -> str:
    destination, _, field_name = key.partition(":")
    return field_name if destination in destinations() else key


def _problems(setting: str, text: str) -> list[str]:
    if (prefix := DESTINATION.match(setting)) and prefix["name"] not in destinations():
        return [
            f'{setting}: "{prefix["name"]}" is not a destination: use one of {all_destinations()}'
        ]
    key = _field_of(setting)
    try:
        template = parse_template(text)
    except ValueError as error:
        return [f"{setting}: {error}"]
    problems = [] if key.removeprefix(LINE_PREFIX).strip() else [f'"{setting}" names no field']
    if not key.startswith(LINE_PREFIX) and any(
        part.path[0] == "line" for part in template.placeholders
    ):
        problems.append(
            f'{setting}: a field of the document cannot be filled from a line: use "line.{key}"'
        )
    return problems


@dataclass
class ExtraFields:
    """Fills the templates for one invoice, and collects what is missing for one failure."""

    invoice: MetronomeInvoice
    templates: Templates
    missing: list[str] = field(default_factory=list)

    def of_document(self) -> dict[str, str]:
        """Return the document's fields without blank ones."""
        ours = {
            key: text for key, text in self.templates.items() if not key.startswith(LINE_PREFIX)
        }
        return self._fill(ours, _scope(self.invoice), where="") if ours else {}

    def of_line(self, line: MetronomeLine) -> dict[str, str]:
        """Return a line's fields without blank ones."""
        ours = self._of_lines
        if not ours:
            return {}
        return self._fill(ours, _scope(self.invoice, line), where=f' of line "{line.name}"')

    @cached_property
    def _of_lines(self) -> Templates:
        return {
            key.removeprefix(LINE_PREFIX): text
            for key, text in self.templates.items()
            if key.startswith(LINE_PREFIX)
        }

    def check_filled(self) -> None:
        """Raise ``Rejected("extra-field-not-filled")`` with all missing paths."""
        if self.missing:
            raise Rejected(
                "extra-field-not-filled",
                "EXTRA_FIELDS cannot be filled: the invoice has no"
                f" {'; '.join(_once(self.missing))}."
                " Fill it in Metronome, or mark the placeholder as optional with a question mark.",
            )

    def _fill(self, templates: Templates, scope: Tree, *, where: str) -> dict[str, str]:
        parsed = {key: parse_template(text) for key, text in templates.items()}
        self.missing += [
            f'{path} for "{key}"{where}'
            for key, one in parsed.items()
            for path in one.missing(scope)
        ]
        filled = {key: one.fill(scope) for key, one in parsed.items()}
        return {key: text for key, text in filled.items() if text}


def _scope(invoice: MetronomeInvoice, line: MetronomeLine | None = None) -> Tree:
    whole: dict[str, Any] = invoice.tree | _days(period_of_invoice(invoice))
    return (
        whole
        | {"invoice": whole}
        | ({"line": line.tree | _days(period_of_line(line))} if line else {})
    )


def _days(period: Period) -> dict[str, str]:
    return {
        name: str(day)
        for name, day in (("start_date", period.start), ("end_date", period.end))
        if day
    }


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
