# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which parameters of a template are which keys of publiccode. Pure data, and how names compare.

The keys are publiccode's, with three liberties: ``description.…`` leaves out the language, which
the options name; ``description`` alone is the short or the long one, as its length says; and
``maintenance.contacts.…`` is about the one contact that a page names.
"""

from collections.abc import Mapping
from enum import Enum


class Shape(Enum):
    """What a value is read as."""

    TEXT = "text"
    LINK = "link"
    """The first link in it; else its text."""
    LINKS = "links"
    LIST = "list"
    """Bullets, lines, commas and semicolons part it."""


KEYS: Mapping[str, Shape] = {
    "name": Shape.TEXT,
    "url": Shape.LINK,
    "landingURL": Shape.LINK,
    "roadmap": Shape.LINK,
    "isBasedOn": Shape.LINKS,
    "softwareVersion": Shape.TEXT,
    "releaseDate": Shape.TEXT,
    "developmentStatus": Shape.TEXT,
    "softwareType": Shape.TEXT,
    "platforms": Shape.LIST,
    "categories": Shape.LIST,
    "usedBy": Shape.LIST,
    "organisation.name": Shape.TEXT,
    "organisation.uri": Shape.LINK,
    "legal.license": Shape.TEXT,
    "legal.mainCopyrightOwner": Shape.TEXT,
    "maintenance.type": Shape.TEXT,
    "maintenance.contacts.name": Shape.TEXT,
    "maintenance.contacts.email": Shape.TEXT,
    "maintenance.contacts.phone": Shape.TEXT,
    "localisation.availableLanguages": Shape.LIST,
    "description": Shape.TEXT,
    "description.shortDescription": Shape.TEXT,
    "description.longDescription": Shape.TEXT,
    "description.genericName": Shape.TEXT,
    "description.features": Shape.LIST,
    "description.documentation": Shape.LINK,
}
"""What a parameter can be."""

_NAMES: Mapping[str, str] = {
    "name": "name titel title bezeichnung software projekt project projektname softwarename",
    "url": "url repository repo repositorium quellcode quelltext sourcecode source code git "
    "quellcodeurl repositoryurl",
    "landingURL": "website webseite homepage internetseite projektseite landingurl link",
    "roadmap": "roadmap",
    "isBasedOn": "basiertauf basedon isbasedon",
    "softwareVersion": "version softwareversion",
    "releaseDate": "releasedate release veröffentlicht veröffentlichung veröffentlichtam",
    "developmentStatus": "status developmentstatus entwicklungsstand entwicklungsstatus",
    "softwareType": "softwaretype softwaretyp",
    "platforms": "platform platforms plattform plattformen",
    "categories": "category categories kategorie kategorien",
    "usedBy": "usedby genutztvon nutzer anwender eingesetztin einsatz imeinsatzbei",
    "organisation.name": "organisation organization publisher herausgeber kommune stadt gemeinde "
    "behörde betreiber",
    "legal.license": "license licence lizenz",
    "legal.mainCopyrightOwner": "copyright rechteinhaber urheber",
    "maintenance.contacts.name": "contact kontakt kontaktperson ansprechpartner ansprechpartnerin "
    "ansprechperson",
    "maintenance.contacts.email": "email mail emailadresse",
    "maintenance.contacts.phone": "phone telefon",
    "localisation.availableLanguages": "language languages sprache sprachen",
    "description": "description beschreibung",
    "description.shortDescription": "shortdescription kurzbeschreibung summary zusammenfassung",
    "description.longDescription": "longdescription langbeschreibung",
    "description.features": "features funktionen merkmale",
    "description.documentation": "documentation dokumentation handbuch",
}


def folded(name: str) -> str:
    """Give the text by which parameters are compared: letters and digits, in lower case."""
    return "".join(character for character in name.casefold() if character.isalnum())


DEFAULT: Mapping[str, str] = {
    name: key for key, names in _NAMES.items() for name in map(folded, names.split())
}
"""German and English names of parameters, folded, with their keys."""
