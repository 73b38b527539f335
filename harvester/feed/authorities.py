# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Words of the standard in the controlled vocabularies that DCAT-AP 3 asks for. Pure.

Source: DCAT-AP 3.0, *Controlled vocabularies to be used*; the tables of EU Vocabularies.
"""

from functools import cache

from harvester.feed.graph import Node
from harvester.feed.software import spdx_url

_EU = "http://publications.europa.eu/resource/authority"
THEMES = f"{_EU}/data-theme"
PUBLIC: Node = {"@id": f"{_EU}/access-right/PUBLIC", "@type": "dct:RightsStatement"}
SOFTWARE: Node = {"@id": "http://purl.org/dc/dcmitype/Software", "@type": "skos:Concept"}
_GOVERNMENT = "GOVE"
_THEMES = {
    "agriculture": "AGRI",
    "culture": "EDUC",
    "defence": "INTR",
    "education": "EDUC",
    "emergency-services": "JUST",
    "employment": "SOCI",
    "energy": "ENER",
    "environment": "ENVI",
    "finance-and-economic-development": "ECON",
    "foreign-affairs": "INTR",
    "government": _GOVERNMENT,
    "healthcare": "HEAL",
    "infrastructures": "TRAN",
    "justice": "JUST",
    "local-authorities": "REGI",
    "manufacturing": "ECON",
    "research": "TECH",
    "science-and-technology": "TECH",
    "security": "JUST",
    "society": "SOCI",
    "sport": "EDUC",
    "tourism": "ECON",
    "transportation": "TRAN",
    "welfare": "SOCI",
}
"""Scopes of the standard; sport, culture and education share one theme there."""
_STATUS = {
    "concept": "DEVELOP",
    "development": "DEVELOP",
    "beta": "DEVELOP",
    "stable": "COMPLETED",
    "obsolete": "DEPRECATED",
}
_LICENSES = {
    "CC-BY-4.0": "CC_BY_4_0",
    "CC-BY-SA-4.0": "CC_BYSA_4_0",
    "CC0-1.0": "CC0",
    "EUPL-1.2": "EUPL_1_2",
}
"""The table is about data; other licences of software have their page in SPDX's list."""
_PUBLISHERS = {
    "federal": "NationalAuthority",
    "state": "RegionalAuthority",
    "district": "LocalAuthority",
    "municipal": "LocalAuthority",
    "intermunicipal": "LocalAuthority",
    "international": "SupraNationalAuthority",
}


def themes(scopes: list[str]) -> list[Node]:
    """Name the themes of an audience's fields; *government* where there is none."""
    codes = sorted({_THEMES[scope] for scope in scopes if scope in _THEMES}) or [_GOVERNMENT]
    return [{"@id": f"{THEMES}/{code}", "@type": "skos:Concept"} for code in codes]


def status(development_status: str | None) -> Node | None:
    """Name how ready the software is."""
    code = _STATUS.get(development_status or "")
    return {"@id": f"{_EU}/distribution-status/{code}", "@type": "skos:Concept"} if code else None


def license_document(license_id: str) -> Node | None:
    """Name a licence by its SPDX id; None for one that only a project knows."""
    code = _LICENSES.get(license_id)
    iri = f"{_EU}/licence/{code}" if code else spdx_url(license_id)
    return {"@id": iri, "@type": "dct:LicenseDocument"} if iri else None


def publisher_type(level: str) -> Node | None:
    """Name the kind of public body by its level."""
    kind = _PUBLISHERS.get(level)
    iri = f"http://purl.org/adms/publishertype/{kind}"
    return {"@id": iri, "@type": "skos:Concept"} if kind else None


@cache
def language(tag: str) -> Node | None:
    """Name a language by its BCP 47 tag."""
    from langcodes import Language  # noqa: PLC0415 - other forms do without it

    try:
        code = Language.get(tag).to_alpha3()
    except (LookupError, ValueError):
        return None
    return {"@id": f"{_EU}/language/{code.upper()}", "@type": "dct:LinguisticSystem"}


@cache
def country(code: str) -> Node | None:
    """Name a country by its ISO 3166-1 alpha-2 code."""
    import pycountry  # noqa: PLC0415 - other forms do without it

    found = pycountry.countries.get(alpha_2=code.upper())
    return {"@id": f"{_EU}/country/{found.alpha_3}", "@type": "dct:Location"} if found else None
