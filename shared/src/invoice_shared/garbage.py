"""How often a service looks for garbage that only cycles keep."""

import gc

# So many more objects than were freed; Python's default is 700, which a document of 20 lines passes
# by itself.
YOUNG_OBJECTS = 10_000


def collect_rarely() -> None:
    """Look no more at what the start has made, and less often at what the work makes: a sixth of a
    webhook's cost.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
