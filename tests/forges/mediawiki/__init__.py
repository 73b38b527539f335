# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A stand-in for a MediaWiki: what an anonymous visitor gets from ``api.php?action=query``."""

from tests.forges.mediawiki.forge import MediaWikiForge
from tests.forges.mediawiki.wiki import Wiki, WikiPage

__all__ = ["MediaWikiForge", "Wiki", "WikiPage"]
