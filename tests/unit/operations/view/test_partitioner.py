import pytest
from aiokafka.partitioner import murmur2 as murmur2_of_aiokafka  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from invoice_operations.view.partitioner import murmur2, partition_of


@pytest.mark.parametrize(
    ("key", "signed"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_keys_hash_as_in_the_java_clients_own_tests(key: bytes, signed: int) -> None:
    assert murmur2(key) == signed % 2**32


@given(st.binary(max_size=70))
def test_keys_hash_as_in_the_formatters_client(key: bytes) -> None:
    assert murmur2(key) == murmur2_of_aiokafka(key) % 2**32


@given(st.binary(max_size=70), st.integers(1, 100))
def test_a_partition_is_within_the_number_of_partitions(key: bytes, count: int) -> None:
    assert 0 <= partition_of(key, count) < count
