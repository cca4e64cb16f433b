"""What do exact decimals cost to read, next to floats?

How many invoices a second are mapped, bytes to bytes?
"""

import json
import time
from collections.abc import Callable
from decimal import Decimal

from bench.figures import compare, spread
from invoice_formatter.mapping.document import Mapped, map_invoice
from invoice_formatter.mapping.metronome_invoice import parse_invoice
from invoice_shared import serde
from tests.unit.formatter.builders import line, rules, tree

LINES = (10, 500, 5000)
ROUNDS = 5
LINES_A_ROUND = 50_000
RULES = rules()


def main() -> None:
    for count in LINES:
        answer = serde.dumps({"data": invoice(count)})
        times = max(3, LINES_A_ROUND // count // 10)
        reading = [
            (rate_of(serde.loads, answer, times), rate_of(json.loads, answer, times))
            for _ in range(ROUNDS)
        ]
        whole = [rate_of(mapped, answer, times) for _ in range(ROUNDS)]
        print(f"{count} lines, {len(answer) // 1024} KiB: bytes to bytes {spread(whole, '/s')}")
        print(compare("  reading alone, exact and with floats", reading, "/s"), flush=True)


def invoice(count: int) -> dict[str, object]:
    """Return an invoice whose lines are fractions of cents, each with its own."""
    lines = [
        line(str(Decimal(1_234_567 + 7919 * number) / 1000), name=f"Product {number}")
        for number in range(count)
    ]
    return tree(*lines)


def mapped(answer: bytes) -> bytes:
    """Do what the formatter does with one answer, apart from fetching and publishing."""
    result = map_invoice(parse_invoice(serde.loads(answer)), RULES)
    assert isinstance(result, Mapped)
    return serde.to_bytes(result.document)


def rate_of(work: Callable[[bytes], object], answer: bytes, times: int) -> float:
    """Return the number of decodings per second."""
    began = time.perf_counter()
    for _ in range(times):
        work(answer)
    return times / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
