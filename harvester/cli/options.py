# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Options that mean the same wherever they stand."""

from enum import StrEnum
from typing import Annotated

import typer


class Form(StrEnum):
    """How a result is written."""

    TEXT = "text"
    JSON = "json"


class Language(StrEnum):
    """Languages of the messages."""

    EN = "en"
    DE = "de"


FormOption = Annotated[Form, typer.Option("--format", help="Form of the result.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Short for --format json.")]
KindOption = Annotated[
    str | None, typer.Option("--kind", metavar="KIND", help="Kind of an unknown host.")
]
LanguageOption = Annotated[Language, typer.Option("--lang", help="Language of the messages.")]
