# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Other catalogues: a Software Catalog API, or any JSON that has addresses of repositories."""

from connectors.catalogue.connector import CatalogueConnector
from connectors.catalogue.directory import CatalogueDirectory

__all__ = ["CatalogueConnector", "CatalogueDirectory"]
