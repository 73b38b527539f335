# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What lies on the made-up GitHub."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.forges.clock import ManualClock
from tests.forges.sample.opencode import GOOD as ON_OPENCODE
from tests.forges.sample.opencode import GROUPS
from tests.forges.sample.opencode import URL as OPENCODE
from tests.forges.sample.text import TEMPLATE, Software, publiccode
from tests.forges.world import Visibility, World

URL = "https://github.com"
BEGAN = datetime(2022, 9, 1, 9, 0, tzinfo=UTC)

ORGANISATIONS = {
    "lindenfurt": ("Stadt Lindenfurt", "lindenfurt"),
    "bdd-bund": ("Bundesamt für Digitale Dienste", "bdd"),
    "mittelmark": ("Land Mittelmark", "mittelmark"),
    "smartregion-auental": ("Smart Region Auental", "smartregion"),
    "seebrueck-digital": ("Stadt Seebrück", "seebrueck"),
}
"""Login, display name, functional mailbox."""

GOOD = {
    "lindenfurt/stadtplan": Software(
        name="Stadtplan",
        short="Stadtplan mit offenen Daten und Barriereangaben",
        features=("Vektorkacheln", "Wege ohne Stufen"),
        category="geographic-information-systems",
    ),
    "lindenfurt/wahlergebnisse": Software(
        name="Wahlergebnisse",
        short="Ergebnisse am Wahlabend, Bezirk für Bezirk",
        features=("Hochrechnung", "Karte der Bezirke"),
        category="data-visualization",
        license="MIT",
    ),
    "bdd-bund/formularkern": Software(
        name="Formularkern",
        short="Bibliothek, die Formulare nach FIM prüft",
        features=("Prüfregeln", "Fehlertexte in leichter Sprache"),
        category="workflow-management",
        kind="library",
        license="Apache-2.0",
    ),
    "bdd-bund/sitzungsprotokoll": Software(
        name="Sitzungsprotokoll",
        short="Protokolle schreiben, abstimmen und veröffentlichen",
        features=("Gemeinsames Schreiben",),
        category="collaboration",
        version="0.7",
    ),
    "mittelmark/luftbild": Software(
        name="Luftbild",
        short="Luftbilder des Landes als Kacheldienst",
        features=("WMTS", "Zeitreise seit 1953"),
        category="geographic-information-systems",
        kind="standalone/backend",
        license="BSD-3-Clause",
    ),
    "mittelmark/umweltportal": Software(
        name="Umweltportal",
        short="Messwerte zu Luft, Wasser und Boden",
        features=("Messstellen", "Grenzwerte", "Download"),
        category="data-visualization",
    ),
    "smartregion-auental/verkehrszaehler": Software(
        name="Verkehrszähler",
        short="Zählt Räder und Autos, ohne jemanden zu erkennen",
        features=("Auswertung am Gerät",),
        category="data-collection",
        kind="standalone/iot",
    ),
    "seebrueck-digital/strandampel": Software(
        name="Strandampel",
        short="Auslastung der Strände auf einen Blick",
        features=("Ampel je Strand", "Anzeige am Ortseingang"),
        category="data-visualization",
        kind="standalone/mobile",
    ),
}
"""Repositories whose files are as they should be."""

WITHOUT = ("lindenfurt/.github", "bdd-bund/vorlagen", "mittelmark/logo", "seebrueck-digital/docs")
"""Repositories without a publiccode file."""


def github_world(clock: ManualClock | None = None) -> World:
    """Make the world; the same each time."""
    world = World(clock or ManualClock())
    for login, (name, _) in ORGANISATIONS.items():
        world.organization(login, name)
    world.user("team-beispiel", "Team Beispiel")
    for number, (path, software) in enumerate(GOOD.items()):
        world.create(
            path,
            {"publiccode.yml": _text(path, software), "README.md": f"# {software.name}\n"},
            branch=("main", "master")[number % 2],
            at=BEGAN + timedelta(days=70 * number),
            description=software.short,
            topics=("publiccode", software.category),
            languages=(("Python", 20_000), ("TypeScript", 12_000 + number)),
            license=software.license,
            stars=11 * number % 37,
        )
    for path in WITHOUT:
        world.create(path, {"README.md": "# Ohne publiccode.yml\n"}, at=BEGAN)
    _mistakes(world)
    _elsewhere(world)
    text = _text("bdd-bund/entwurf", _plain("Entwurf"))
    world.create(
        "bdd-bund/entwurf", {"publiccode.yml": text}, at=BEGAN, visibility=Visibility.PRIVATE
    )
    world.create("smartregion-auental/leer", at=BEGAN)
    return world


def _mistakes(world: World) -> None:
    """Files as they should not be."""
    for path, name, old, new in (
        ("lindenfurt/parkausweis", "Parkausweis", "name: Parkausweis", "name:\tParkausweis\n\t- x"),
        ("mittelmark/winterdienst", "Winterdienst", "softwareType: standalone/web",
         "softwareType: standalone"),
        ("seebrueck-digital/hafenbuch", "Hafenbuch", "email: seebrueck@example.org",
         "email: hafen[at]example.org"),
        ("bdd-bund/zeitstempel", "Zeitstempel", 'publiccodeYmlVersion: "0.5"',
         "publiccodeYmlVersion: 0.5"),
    ):  # fmt: skip
        text = _text(path, _plain(name))
        if old not in text:
            raise ValueError(f"{old!r} is not in the text that {path} was to spoil")
        world.create(path, {"publiccode.yml": text.replace(old, new)}, at=BEGAN)
    world.create("smartregion-auental/vorlage", {"publiccode.yml": TEMPLATE}, at=BEGAN)


def _elsewhere(world: World) -> None:
    """Copies of what has its home on OpenCoDE, and a fork within GitHub."""
    path = "smart-region-auental/datenplattform"
    publisher, mailbox = GROUPS["smart-region-auental"]
    text = publiccode(f"{OPENCODE}/{path}", ON_OPENCODE[path], publisher, mailbox)
    world.create(
        "smartregion-auental/datenplattform",
        {"publiccode.yml": text},
        at=BEGAN,
        mirror_of=f"{OPENCODE}/{path}.git",
    )
    original = next(r for r in world.repositories if r.path == "lindenfurt/stadtplan")
    world.fork(original, "seebrueck-digital/stadtplan", at=BEGAN + timedelta(days=400))
    yaml = _text("mittelmark/kartenset", _plain("Kartenset"))
    world.create("mittelmark/kartenset", {"publiccode.yaml": yaml}, at=BEGAN)
    old = _text("mittelmark/amtsblatt-alt", _plain("Amtsblatt"))
    moved = world.create("mittelmark/amtsblatt-alt", {"publiccode.yml": old}, at=BEGAN)
    world.rename(moved, "amtsblatt")
    done = _text("bdd-bund/faxbruecke", replace(_plain("Faxbrücke"), status="obsolete"))
    world.create("bdd-bund/faxbruecke", {"publiccode.yml": done}, at=BEGAN, archived=True)


def _plain(name: str) -> Software:
    return replace(
        GOOD["lindenfurt/stadtplan"],
        name=name,
        short=f"{name} für kommunale Verwaltungen",
        category="it-service-management",
    )


def _text(path: str, software: Software) -> str:
    publisher, mailbox = ORGANISATIONS[path.split("/", maxsplit=1)[0]]
    return publiccode(f"{URL}/{path}", software, publisher, mailbox)
