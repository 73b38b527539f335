# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The JSON Schema of ``harvester.toml``, for editors."""

from typing import Any

from pydantic.json_schema import DEFAULT_REF_TEMPLATE

from harvester.settings.loading import Options
from harvester.settings.model import Settings, Source


def settings_schema(options: Options) -> dict[str, Any]:
    """Describe the settings, with what each connector adds to a ``[[sources]]`` table."""
    schema = Settings.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    properties = schema["$defs"]["Source"]["properties"]
    properties["kind"]["enum"] = sorted(options)
    kinds: dict[str, list[str]] = {}
    for kind in sorted(options):
        own = options[kind].model_json_schema(ref_template=DEFAULT_REF_TEMPLATE)
        schema["$defs"] |= own.get("$defs", {})
        for key, described in own.get("properties", {}).items():
            if key not in Source.model_fields:
                properties.setdefault(key, described)
                kinds.setdefault(key, []).append(kind)
    for key, names in kinds.items():
        said = properties[key].get("description", "")
        properties[key]["description"] = f"{said} Only for kind {' or '.join(names)}.".strip()
    return schema
