# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The typed settings: what operators write in ``harvester.toml`` and ``HARVESTER_*``."""

from harvester.settings.configuration import Configuration, Tokens, UnknownSourceError
from harvester.settings.errors import SettingsError
from harvester.settings.loading import find_file, load
from harvester.settings.model import Daemon, Http, Keep, Settings, Source
from harvester.settings.rules import MANUAL_SOURCE
from harvester.settings.values import is_file

__all__ = [
    "MANUAL_SOURCE",
    "Configuration",
    "Daemon",
    "Http",
    "Keep",
    "Settings",
    "SettingsError",
    "Source",
    "Tokens",
    "UnknownSourceError",
    "find_file",
    "is_file",
    "load",
]
