# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Writes publiccode.yml files as publishers do."""

from dataclasses import dataclass

_ABOUT = (
    "Entstanden ist die Software im Alltag der Verwaltung und wird dort täglich genutzt. Sie lässt"
    " sich ohne Sonderwissen betreiben, an eigene Abläufe anpassen und von anderen Verwaltungen"
    " nachnutzen; Rückmeldungen und Beiträge sind willkommen."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Software:
    """What a publisher would say about a piece of software."""

    name: str
    short: str
    """At most 150 characters."""
    features: tuple[str, ...]
    category: str = "it-service-management"
    status: str = "stable"
    kind: str = "standalone/web"
    license: str = "EUPL-1.2"
    released: str = "2026-01-15"
    version: str = "0.5"


def publiccode(url: str, software: Software, publisher: str, mailbox: str) -> str:
    """Write a good file.

    Args:
        url: address of the repository.
        software: what it is.
        publisher: display name of the public body.
        mailbox: local part of its functional mailbox.
    """
    features = "\n".join(f"      - {feature}" for feature in software.features)
    return f"""publiccodeYmlVersion: "{software.version}"
name: {software.name}
url: {url}
softwareVersion: 1.4.0
releaseDate: {software.released}
platforms:
  - web
  - linux
categories:
  - {software.category}
developmentStatus: {software.status}
softwareType: {software.kind}
organisation:
  uri: https://{mailbox}.example.org
  name: {publisher}
intendedAudience:
  countries:
    - DE
  scope:
    - local-authorities
description:
  de:
    shortDescription: {software.short}
    longDescription: >
      {software.short}. {_ABOUT}
    features:
{features}
legal:
  license: {software.license}
maintenance:
  type: internal
  contacts:
    - name: Fachstelle Digitales
      email: {mailbox}@example.org
localisation:
  localisationReady: true
  availableLanguages:
    - de
"""


TEMPLATE = """# Vorlage: bitte ausfüllen
publiccodeYmlVersion: "0.4"
name: PROJEKTNAME
url: https://gitlab.opencode.de/GRUPPE/PROJEKT
releaseDate: JJJJ-MM-TT
platforms:
  - web
developmentStatus: concept
softwareType: standalone/web
description:
  de:
    shortDescription: Kurzbeschreibung
    longDescription: Langbeschreibung
    features:
      - Funktion 1
legal:
  license: LIZENZ
maintenance:
  type: none
localisation:
  localisationReady: false
  availableLanguages:
    - de
"""
"""A file that somebody copied and never filled in."""
