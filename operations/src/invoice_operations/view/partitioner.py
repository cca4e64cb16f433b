"""Compute a key's partition with murmur2, as Java's client, aiokafka and our producers do."""

# The constants of MurmurHash2 as Kafka's ``Utils.murmur2`` uses them.
SEED = 0x9747B28C
MULTIPLIER = 0x5BD1E995
WORD = 0xFFFFFFFF


def partition_of(key: bytes, partitions: int) -> int:
    """Return a key's partition among ``partitions``.

    Records written before partitions were added may be in another one.
    """
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """Return the 32-bit hash, unsigned."""
    whole = len(data) & ~3
    value = (SEED ^ len(data)) & WORD
    for start in range(0, whole, 4):
        word = _mixed(int.from_bytes(data[start : start + 4], "little"))
        value = ((value * MULTIPLIER) & WORD) ^ word
    if rest := data[whole:]:
        value = ((value ^ int.from_bytes(rest, "little")) * MULTIPLIER) & WORD
    value = ((value ^ (value >> 13)) * MULTIPLIER) & WORD
    return value ^ (value >> 15)


def _mixed(word: int) -> int:
    word = (word * MULTIPLIER) & WORD
    return ((word ^ (word >> 24)) * MULTIPLIER) & WORD
