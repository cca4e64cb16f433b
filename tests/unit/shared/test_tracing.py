import re

import pytest

from invoice_shared import tracing

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-00"


def test_a_step_continues_the_trace_of_its_record_with_its_own_id() -> None:
    with tracing.span("create", (("traceparent", b"00-1"), ("traceparent", PARENT.encode()))):
        ((name, value),) = tracing.outgoing_headers()
        assert tracing.trace_id() == TRACE

    assert name == "traceparent"
    assert re.fullmatch(rf"00-{TRACE}-[0-9a-f]{{16}}-00", value.decode())
    assert value != PARENT.encode()


@pytest.mark.parametrize(
    "parent",
    [
        b"",
        b"00-1-2-01",
        PARENT.encode().replace(b"00-4b", b"ff-4b"),
        PARENT.replace(TRACE, "0" * 32).encode(),
        b"00-\xff",
        PARENT.upper().encode(),
    ],
)
def test_a_record_without_a_trace_begins_one(parent: bytes) -> None:
    with tracing.span("create", (("traceparent", parent),)):
        ((_name, value),) = tracing.outgoing_headers()

    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", value.decode())
    assert TRACE.encode() not in value


def test_there_is_no_trace_outside_of_a_step_and_the_inner_step_counts() -> None:
    assert (tracing.trace_id(), tracing.outgoing_headers()) == (None, ())

    with tracing.span("outer"):
        outer = tracing.trace_id()
        with tracing.span("inner"):
            assert tracing.trace_id() not in (None, outer)
        assert tracing.trace_id() == outer

    assert tracing.trace_id() is None
