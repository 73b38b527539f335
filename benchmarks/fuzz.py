# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Feeds the reader broken files: mutated real ones and generated ones.

    python -m benchmarks.fuzz [--inputs 100000] [--seed 1] [FOLDER]

FOLDER has the real files to start from; without one, a file of this project's own is used. Prints
what became of the inputs, and ends with 1 if one of them crashed the reader, took longer than a
second, or came out without a verdict or with a record that JSON cannot hold.
"""

import argparse
import json
import random
import resource
import sys
import time
from collections import Counter
from pathlib import Path

from harvester.model import Severity
from harvester.publiccode import FileContext, read

_SEED_FILE = b"""publiccodeYmlVersion: "0"
name: Example
url: https://forge.example/owner/name
platforms: [web, linux]
developmentStatus: stable
softwareType: standalone/web
releaseDate: 2026-01-31
softwareVersion: 1.10
description:
  de:
    shortDescription: >
      Kurz.
    longDescription: |
      Lang.
    features:
      - "Eines"
legal: {license: EUPL-1.2, repoOwner: Stadt}
maintenance: &m
  type: internal
  contacts: [{name: A, email: a@forge.example, phone: "+49 30 1234567"}]
localisation: {localisationReady: yes, availableLanguages: [de]}
"""
_PIECES = (
    b"[", b"{", b"- ", b"? ", b": ", b"&a ", b"*a ", b"<<: *m\n", b"!!python/object ", b"---\n",
    b"...\n", b"%YAML 1.1\n", b"\t", b"\x00", b"\x07", b"\x7f", b"\xff", b"\xc3", b"\xed\xa0\x80",
    b"\xef\xbb\xbf", b"\xfe\xff", b'"\\ud800"', b'"\\0"', b"'", b'"', b"|\n", b">-\n", b"#", b"\r",
    b"\r\n", b"\xe2\x80\xa8", b"\xc2\x85", b".inf", b"9" * 50, b"0o17", b"~", b"no", b"name: x\n",
    b"  " * 40, b"a: {b: [c, {d: ", b"@", b"`", "\U0001f468\u200d\U0001f469".encode(),
)  # fmt: skip
_SLOW = 1.0
_LARGEST_SEED = 10_000


def main() -> int:
    """Run the fuzzer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    seeds = [_SEED_FILE]
    if arguments.folder is not None:
        files = sorted(arguments.folder.rglob("*.yml"))
        seeds += [file.read_bytes() for file in files if file.stat().st_size < _LARGEST_SEED]
    chance = random.Random(arguments.seed)  # noqa: S311 - repeatable, not secret
    told: Counter[str] = Counter()
    worst, started = 0.0, time.monotonic()
    for number in range(arguments.inputs):
        content = _input(chance, seeds)
        begun = time.monotonic()
        trouble = _trouble(content, strict=number % 4 == 0, told=told)
        spent = time.monotonic() - begun
        worst = max(worst, spent)
        if trouble is None and spent > _SLOW:
            trouble = f"took {spent:.1f} s"
        if trouble is not None:
            told["trouble"] += 1
            print(f"input {number} of seed {arguments.seed}: {trouble}\n{content!r}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{arguments.inputs} inputs in {time.monotonic() - started:.0f} s")
    for name, number in sorted(told.items()):
        print(f"{name:>30} {number}")
    print(f"slowest {worst * 1000:.0f} ms, memory {memory:.0f} MiB")
    return 1 if told["trouble"] else 0


def _trouble(content: bytes, *, strict: bool, told: Counter[str]) -> str | None:
    """Read one input; give what went wrong, if anything did."""
    try:
        reading = read(content, FileContext(strict=strict))
        text = json.dumps(reading.record, allow_nan=False)
    except Exception as error:  # noqa: BLE001 - finding them is what this is for
        return repr(error)
    told["valid" if reading.valid else "invalid"] += 1
    told["with a record"] += reading.record is not None
    told["findings"] += len(reading.findings)
    errors = any(finding.severity is Severity.ERROR for finding in reading.findings)
    if reading.valid == errors:
        return "verdict and findings contradict each other"
    return "the record holds what no database can" if "\\u0000" in text else None


def _input(chance: random.Random, seeds: list[bytes]) -> bytes:
    """Make one input: a file with a few blows, or pieces of YAML at random."""
    if chance.random() < 0.15:  # noqa: PLR2004 - a share
        return b"".join(chance.choices(_PIECES, k=chance.randrange(1, 60)))
    content = bytearray(chance.choice(seeds))
    for _ in range(chance.randrange(1, 8)):
        _blow(chance, content, seeds)
    return bytes(content)


def _blow(chance: random.Random, content: bytearray, seeds: list[bytes]) -> None:
    start = chance.randrange(len(content) + 1)
    end = min(len(content), start + chance.randrange(1, 30))
    match chance.randrange(6):
        case 0:
            del content[start:end]
        case 1:
            content[start:start] = chance.choice(_PIECES)
        case 2:
            content[start:end] = chance.randbytes(chance.randrange(1, 4))
        case 3:
            content[start:start] = content[start:end] * chance.randrange(1, 5)
        case 4:
            other = chance.choice(seeds)
            place = chance.randrange(len(other))
            content[start:start] = other[place : place + chance.randrange(1, 200)]
        case _:
            del content[start:]


if __name__ == "__main__":
    sys.exit(main())
