# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Writes what is said about the real files: ``python -m tests.publiccode.golden``."""

import json
from pathlib import Path
from typing import Any

from harvester.publiccode import FileContext, read
from tests.reference import REFERENCE

GOLDEN = Path(__file__).parent / "golden" / "wild.json"
CONTEXT = FileContext(raw_base="https://forge.example/owner/name/raw/main/")


def facts(content: bytes) -> dict[str, Any]:
    """Give verdict, version and findings of a file."""
    reading = read(content, CONTEXT)
    return {
        "valid": reading.valid,
        "version": reading.version,
        "findings": [
            f"{finding.line}:{finding.column} {finding.code} {finding.key}".rstrip()
            for finding in reading.findings
        ],
    }


def main() -> None:
    """Write the golden file."""
    files = sorted((REFERENCE / "publiccode" / "wild").glob("*.yml"))
    golden = {file.name: facts(file.read_bytes()) for file in files}
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
