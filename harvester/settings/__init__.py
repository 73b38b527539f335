# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The typed settings: what operators write in ``harvester.toml`` and ``HARVESTER_*``."""

from harvester.settings.configuration import Configuration, Token, UnknownSourceError
from harvester.settings.errors import SettingsError
from harvester.settings.loading import find_file, load
from harvester.settings.model import Daemon, Http, Keep, Settings, Source
from harvester.settings.rules import MANUAL_SOURCE

__all__ = [
    "MANUAL_SOURCE",
    "Configuration",
    "Daemon",
    "Http",
    "Keep",
    "Settings",
    "SettingsError",
    "Source",
    "Token",
    "UnknownSourceError",
    "find_file",
    "load",
]
