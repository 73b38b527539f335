# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How many publiccode files one core reads, checks and normalises in a second.

    python -m benchmarks.check [FOLDER]

FOLDER has the files; without one, those of the reference data that REFERENCE_DATA names.
Cold is the first pass of the process, with every import and cache empty; warm the best of many.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

_ROUNDS = 20


def main() -> int:
    """Run the benchmark."""
    started = time.process_time()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    folder = parser.parse_args().folder
    if folder is None:
        folder = Path(os.environ["REFERENCE_DATA"]) / "data" / "publiccode" / "wild"
    contents = [file.read_bytes() for file in sorted(folder.rglob("*.yml"))]
    if not contents:
        print(f"{folder}: no .yml files in it")
        return 2

    stages = _stages(contents)
    stages["… and check and normalise"]()
    cold = time.process_time() - started
    size = sum(map(len, contents)) / len(contents) / 1024
    print(f"{len(contents)} files of {size:.1f} kB on average, one core")
    print(f"{'cold, imports included':>32} {len(contents) / cold:8.0f} files/s")
    before = 0.0
    for name, stage in stages.items():
        spent = _best(stage) / len(contents)
        share = (spent - before) * 1e6
        print(f"{name:>32} {1 / spent:8.0f} files/s   this stage {share:6.0f} µs a file")
        before = spent
    return 0


def _stages(contents: list[bytes]) -> dict[str, Callable[[], None]]:
    """Give what is measured; each stage does the work of those before it too."""
    from harvester.publiccode import FileContext, read  # noqa: PLC0415 - the import is measured
    from harvester.publiccode.decoding import decode  # noqa: PLC0415
    from harvester.publiccode.findings import Findings  # noqa: PLC0415
    from harvester.publiccode.yaml_reader import read_yaml  # noqa: PLC0415

    context = FileContext()

    def decoding() -> None:
        for content in contents:
            decode(content, Findings())

    def parsing() -> None:
        for content in contents:
            findings = Findings()
            text = decode(content, findings)
            if text is not None:
                read_yaml(text, findings)

    def reading() -> None:
        for content in contents:
            read(content, context)

    def writing() -> None:
        for content in contents:
            json.dumps(read(content, context).record, ensure_ascii=False, sort_keys=True)

    return {
        "decode": decoding,
        "… and YAML": parsing,
        "… and check and normalise": reading,
        "… and JSON": writing,
    }


def _best(stage: Callable[[], None]) -> float:
    times = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        stage()
        times.append(time.process_time() - started)
    return min(times)


if __name__ == "__main__":
    sys.exit(main())
