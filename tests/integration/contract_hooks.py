# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Loaded by schemathesis, in its own environment: reads YAML as a stream of documents.

``application/yaml`` may be one (RFC 9512, section 3.2); without this, its worker dies of it.
"""

from typing import Any

import schemathesis
import yaml


def documents(_context: Any, response: Any) -> list[Any]:
    """Read the body of an answer."""
    return list(yaml.safe_load_all(response.content))


# It asks its first name of a family: text/yaml's reader reads all of YAML.
schemathesis.deserializer("text/yaml", "application/yaml")(documents)
