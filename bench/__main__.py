"""Run the programs of the table, each in a process of its own, and print which goals are reached.

Names behind it choose some of them.
"""

import json
import subprocess
import sys

from bench.report import KEPT

PROGRAMS = ("webhook", "formatter", "creator", "error_sink", "burst")
LONGEST_SECONDS = 600


def main() -> None:
    chosen = sys.argv[1:] or PROGRAMS
    for name in chosen:
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=True, timeout=LONGEST_SECONDS)
    print("| question | ours | wanted | |\n|---|---|---|---|")
    for name in chosen:
        for kept in sorted(KEPT.glob(f"{name}*.json")):
            for row in json.loads(kept.read_text())["reached"]:
                print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
