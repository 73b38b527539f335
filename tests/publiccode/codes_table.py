# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Writes the table of codes into the documentation: ``python -m tests.publiccode.codes_table``."""

import tomllib
from pathlib import Path

from harvester.publiccode.codes import Code

_ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = _ROOT / "docs" / "publiccode.md"
_START, _END = "<!-- codes -->\n", "<!-- /codes -->\n"


def table() -> str:
    """Give the table as Markdown."""
    file = _ROOT / "harvester" / "publiccode" / "catalogue" / "en.toml"
    catalogue = tomllib.loads(file.read_text(encoding="utf-8"))
    rows = ["| code | severity | says | because |", "| --- | --- | --- | --- |"]
    for code in Code:
        entry = catalogue[code.code]
        cells = (code.code, code.severity.value, entry["message"], entry["why"])
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def with_table(text: str) -> str:
    """Give the document with the table as it should be."""
    before, _, rest = text.partition(_START)
    _, _, after = rest.partition(_END)
    return f"{before}{_START}{table()}{_END}{after}"


def main() -> None:
    """Write the table."""
    DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
