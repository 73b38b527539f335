# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What lies on the made-up OpenCoDE."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.forges.clock import ManualClock
from tests.forges.sample.text import TEMPLATE, Software, publiccode
from tests.forges.world import Visibility, World

URL = "https://gitlab.opencode.de"
BEGAN = datetime(2023, 4, 3, 9, 0, tzinfo=UTC)

GROUPS = {
    "bdd": ("Bundesamt für Digitale Dienste", "bdd"),
    "bdd/plattform": ("Plattform", "bdd"),
    "bdd/plattform/dienste": ("Dienste", "bdd"),
    "bdd/plattform/dienste/post": ("Post", "bdd"),
    "bdd/plattform/dienste/post/zustellung": ("Zustellung", "bdd"),
    "land-mittelmark": ("Land Mittelmark", "mittelmark"),
    "land-mittelmark/schule": ("Schulportal Mittelmark", "mittelmark"),
    "OC000000004711": ("Landkreis Auental", "auental"),
    "OC000000000815": ("Stadt Lindenfurt", "lindenfurt"),
    "stadt-seebrueck": ("Stadt Seebrück", "seebrueck"),
    "smart-region-auental": ("Smart Region Auental", "smartregion"),
    "it-verbund-nordheide": ("IT-Verbund Nordheide", "nordheide"),
}
"""Path, display name, functional mailbox."""

GOOD = {
    "bdd/antragsstrecke": Software(
        name="Antragsstrecke",
        short="Baukasten für Online-Anträge, die ohne Programmierung entstehen",
        features=("Formulare aus Bausteinen", "Vorschau für Fachabteilungen", "FIM-Import"),
        category="workflow-management",
    ),
    "bdd/barrierefrei-check": Software(
        name="Barrierefrei-Check",
        short="Prüft Webseiten der Verwaltung auf Barrierefreiheit",
        features=("Prüfung nach BITV", "Bericht als PDF"),
        category="website-builder",
        license="GPL-3.0-or-later",
    ),
    "bdd/plattform/kennung": Software(
        name="Kennung",
        short="Anmeldung an Fachverfahren mit einem Konto",
        features=("OpenID Connect", "Zwei-Faktor-Anmeldung"),
        category="identity-management",
        kind="standalone/backend",
    ),
    "bdd/plattform/dienste/termine": Software(
        name="Terminvergabe",
        short="Termine in Bürgerämtern online buchen und verwalten",
        features=("Buchung ohne Konto", "Wartezeiten anzeigen", "Kalenderabgleich"),
        category="appointment-scheduling",
    ),
    "bdd/plattform/dienste/post/zustellung/postbote": Software(
        name="Postbote",
        short="Stellt Bescheide elektronisch in Postfächer zu",
        features=("Zustellnachweis", "Anbindung an Nutzerkonten"),
        category="document-management",
        kind="standalone/backend",
        license="AGPL-3.0-or-later",
    ),
    "land-mittelmark/moorkataster": Software(
        name="Moorkataster",
        short="Karte und Register der Moore des Landes",
        features=("Kartenansicht", "Export nach INSPIRE"),
        category="geographic-information-systems",
    ),
    "land-mittelmark/foerderlotse": Software(
        name="Förderlotse",
        short="Findet passende Förderprogramme für Vereine und Gemeinden",
        features=("Suche nach Zielgruppe", "Erinnerung an Fristen"),
        category="grant-management",
        version="0.4",
    ),
    "land-mittelmark/schule/stundenplan": Software(
        name="Stundenplan",
        short="Stunden- und Vertretungspläne für Schulen",
        features=("Vertretungsplan", "App-Anbindung"),
        category="educational-content",
        license="MIT",
    ),
    "OC000000004711/abfallkalender": Software(
        name="Abfallkalender",
        short="Abfuhrtermine als Kalender und Erinnerung",
        features=("iCal-Abonnement", "Erinnerung am Vorabend"),
        category="resource-management",
    ),
    "OC000000004711/kita-navigator": Software(
        name="Kita-Navigator",
        short="Betreuungsplätze suchen und vormerken",
        features=("Platzsuche auf der Karte", "Warteliste"),
        category="online-booking",
    ),
    "OC000000004711/pegelmelder": Software(
        name="Pegelmelder",
        short="Warnt bei steigenden Pegeln kleiner Flüsse",
        features=("LoRaWAN-Sensoren", "Warnung per SMS"),
        category="data-collection",
        kind="standalone/iot",
        license="Apache-2.0",
    ),
    "OC000000000815/maengelmelder": Software(
        name="Mängelmelder",
        short="Schäden in der Stadt melden und verfolgen",
        features=("Meldung mit Foto", "Status für Meldende", "Zuweisung an Ämter"),
        category="digital-citizenship",
    ),
    "OC000000000815/stadtbaum": Software(
        name="Stadtbaum",
        short="Baumkataster mit Patenschaften und Gießplan",
        features=("Baumpatenschaft", "Gießplan nach Bodenfeuchte"),
        category="geographic-information-systems",
        status="beta",
    ),
    "stadt-seebrueck/haushalt-offen": Software(
        name="Haushalt offen",
        short="Macht den städtischen Haushalt verständlich",
        features=("Diagramme", "Vergleich der Jahre"),
        category="data-visualization",
        license="MIT",
    ),
    "stadt-seebrueck/faehrplan": Software(
        name="Fährplan",
        short="Fahrzeiten und Auslastung der Fähren",
        features=("Auslastung in Echtzeit",),
        category="visitor-management",
        kind="standalone/mobile",
    ),
    "smart-region-auental/datenplattform": Software(
        name="Urbane Datenplattform Auental",
        short="Sensordaten der Region sammeln, speichern und bereitstellen",
        features=("NGSI-LD", "Offene Schnittstellen", "Dashboards"),
        category="data-analytics",
        license="EUPL-1.2 OR AGPL-3.0-or-later",
    ),
    "smart-region-auental/parkleitsystem": Software(
        name="Parkleitsystem",
        short="Freie Parkplätze der Region in Echtzeit",
        features=("Anbindung an Schranken", "Vorhersage"),
        category="data-collection",
        status="development",
    ),
    "it-verbund-nordheide/ratsinfo": Software(
        name="Ratsinfo",
        short="Sitzungen, Vorlagen und Beschlüsse kommunaler Gremien",
        features=("OParl-Schnittstelle", "Volltextsuche"),
        category="knowledge-management",
    ),
    "it-verbund-nordheide/dokumentenbruecke": Software(
        name="Dokumentenbrücke",
        short="Verbindet Fachverfahren mit der E-Akte",
        features=("XDOMEA", "Protokoll der Übergaben"),
        category="document-management",
        kind="library",
    ),
    "it-verbund-nordheide/geraetepass": Software(
        name="Gerätepass",
        short="Inventar und Lebenslauf der Geräte einer Verwaltung",
        features=("Etiketten mit QR-Code", "Wartungsfristen"),
        category="it-asset-management",
        status="obsolete",
    ),
}
"""Projects whose files are as they should be."""

WITHOUT = (
    "bdd/handbuch",
    "bdd/plattform/infrastruktur",
    "land-mittelmark/webauftritt",
    "OC000000000815/ansible",
    "smart-region-auental/sensor-gehaeuse",
    "it-verbund-nordheide/pressebilder",
)
"""Projects without a publiccode file."""


def opencode_world(clock: ManualClock | None = None) -> World:
    """Make the world; the same each time."""
    world = World(clock or ManualClock())
    for path, (name, _) in GROUPS.items():
        world.group(path, name)
    world.user("team-portal", "Team Portal")
    for number, (path, software) in enumerate(GOOD.items()):
        text = _text(path, software)
        branch = ("main", "master", "develop", "trunk")[number % 4]
        made = world.create(
            path,
            {"publiccode.yml": text, "README.md": f"# {software.name}\n"},
            branch=branch,
            at=BEGAN + timedelta(days=40 * number),
            name=software.name,
            description=software.short,
            topics=("verwaltung", software.category),
            languages=(("TypeScript", 9_000 + number), ("Python", 5_000), ("CSS", 700)),
            stars=3 * number % 17,
        )
        world.change(made, archived=software.status == "obsolete")
    for path in WITHOUT:
        world.create(path, {"README.md": "# Ohne publiccode.yml\n"}, at=BEGAN)
    _mistakes(world)
    _elsewhere(world)
    _unseen(world)
    return world


def _mistakes(world: World) -> None:
    """Files as they should not be; each with one of the usual mistakes."""

    def wrong(path: str, name: str, old: str, new: str, file: str = "publiccode.yml") -> None:
        text = _text(path, _plain(name))
        if old not in text:
            raise ValueError(f"{old!r} is not in the text that {path} was to spoil")
        world.create(path, {file: text.replace(old, new)}, at=BEGAN, name=name)

    wrong("bdd/lotse", "Lotse", "developmentStatus: stable", "developmentStatus: stabel")
    wrong("bdd/merkblatt", "Merkblatt", "license: EUPL-1.2", "license: EUPL")
    wrong("land-mittelmark/wahlhelfer", "Wahlhelfer", f"{URL}/land-mittelmark/wahlhelfer",
          f"{URL}/land-mittelmark")  # fmt: skip
    wrong("land-mittelmark/norden", "Partnerschaft Norden", "localisationReady: true",
          "localisationReady: no")  # fmt: skip
    wrong("OC000000004711/buslinie", "Buslinie", "legal:\n  license: EUPL-1.2\n", "")
    wrong("OC000000000815/fundbuero", "Fundbüro", "name: Fundbüro", "name: Fundbüro: online")
    wrong("OC000000000815/stadtradeln", "Stadtradeln", "name: Stadtradeln\n",
          "name: Stadtradeln\n", file="publiccode.yaml")  # fmt: skip
    wrong("stadt-seebrueck/gaestekarte", "Gästekarte", "releaseDate: 2026-01-15",
          "releaseDate: 15.01.2026")  # fmt: skip
    wrong("smart-region-auental/ladesaeule", "Ladesäule", "gitlab.opencode.de", "gitlab.o4oe.de")
    wrong("it-verbund-nordheide/lager", "Lager", "  - it-service-management", "  - lagerhaltung")
    world.create("stadt-seebrueck/neu", {"publiccode.yml": TEMPLATE}, at=BEGAN)
    text = _text("OC000000000815/museum", _plain("Museum für Zuhause"))
    world.create("OC000000000815/museum", {"publiccode.yml": text.encode("latin-1")}, at=BEGAN)
    text = _text("OC000000004711/windows", _plain("Vom Windows-Rechner")).replace("\n", "\r\n")
    world.create("OC000000004711/windows", {"publiccode.yml": f"\ufeff{text}"}, at=BEGAN)
    draft = world.create("smart-region-auental/entwurf", {"README.md": "# Entwurf\n"}, at=BEGAN)
    text = _text(draft.path, _plain("Entwurf"))
    world.push(draft, {"publiccode.yml": text}, branch="publiccode-entwurf")


def _elsewhere(world: World) -> None:
    """Copies, and what has moved."""
    for path, copy in (
        ("bdd/antragsstrecke", "OC000000000815/antragsstrecke"),
        ("OC000000004711/abfallkalender", "team-portal/abfallkalender"),
    ):
        original = next(r for r in world.repositories if r.path == path)
        world.fork(original, copy, at=BEGAN + timedelta(days=900))
    stadtplan = publiccode(
        "https://github.com/lindenfurt/stadtplan", _plain("Stadtplan"), "Stadt Lindenfurt",
        "lindenfurt",
    )  # fmt: skip
    world.create(
        "OC000000000815/stadtplan",
        {"publiccode.yml": stadtplan},
        at=BEGAN,
        mirror_of="https://github.com/lindenfurt/stadtplan.git",
    )
    renamed = world.create(
        "land-mittelmark/bibliothek",
        {"publiccode.yml": _text("land-mittelmark/bibliothek", _plain("Onleihe"))},
        at=BEGAN,
    )
    world.rename(renamed, "onleihe")


def _unseen(world: World) -> None:
    """What no anonymous visitor sees, and what there is nothing to see of."""
    for path, visibility in (
        ("bdd/notfallplan", Visibility.PRIVATE),
        ("land-mittelmark/intranet", Visibility.INTERNAL),
        ("stadt-seebrueck/vergabe", Visibility.PRIVATE),
    ):
        text = _text(path, _plain("Nicht öffentlich"))
        world.create(path, {"publiccode.yml": text}, at=BEGAN, visibility=visibility)
    world.create("it-verbund-nordheide/leer", at=BEGAN)


def _plain(name: str) -> Software:
    return replace(
        GOOD["it-verbund-nordheide/ratsinfo"],
        name=name,
        short=f"{name} für kommunale Verwaltungen",
        category="it-service-management",
    )


def _text(path: str, software: Software) -> str:
    publisher, mailbox = GROUPS[path.split("/", maxsplit=1)[0]]
    return publiccode(f"{URL}/{path}", software, publisher, mailbox)
