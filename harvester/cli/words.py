# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What ``status`` says, in English and German. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from harvester.activity import ACTIVE_COMMITS, Criterion, Label
from harvester.cli.options import Language
from harvester.crawl.reasons import FileReason, ItemReason, StateReason
from harvester.leads import LeadReason
from harvester.model import ItemStatus, Outcome, State
from harvester.ports.listing import FailureCode


class Text(NamedTuple):
    """The same in two languages."""

    en: str
    de: str


FILES: Mapping[str, Text] = {
    FileReason.VALID: Text(
        "the file is good and describes this repository",
        "die Datei ist in Ordnung und beschreibt dieses Repository",
    ),
    FileReason.ENTERED: Text(
        "it is in order, and what it describes is no repository that the catalogue knows",
        "sie ist in Ordnung, und was sie beschreibt, ist kein Repository, das der Katalog kennt",
    ),
    FileReason.ERRORS: Text(
        "the file has errors; the findings say what to mend",
        "die Datei hat Fehler; die Befunde sagen, was zu ändern ist",
    ),
    FileReason.DECLARES_KNOWN: Text(
        "its url names another repository that the catalogue knows",
        "ihre url nennt ein anderes Repository, das der Katalog kennt",
    ),
    FileReason.DECLARES_UNKNOWN: Text(
        "its url names an address that no source of the catalogue covers",
        "ihre url nennt eine Adresse, die keine Quelle des Katalogs umfasst",
    ),
    FileReason.YML_WINS: Text(
        "publiccode.yml stands beside it and counts",
        "daneben liegt publiccode.yml, und die zählt",
    ),
    FileReason.REMOVED: Text(
        "it was removed, and another file took its place",
        "sie wurde entfernt, und eine andere Datei trat an ihre Stelle",
    ),
}

STATES: Mapping[str, Text] = {
    StateReason.VALID: Text("the newest file is good", "die neueste Datei ist in Ordnung"),
    StateReason.LAST_GOOD: Text(
        "the newest file is broken or absent; the last good one is shown for a while",
        "die neueste Datei ist fehlerhaft oder fehlt; die letzte gute wird noch eine Weile gezeigt",
    ),
    StateReason.NEVER_VALID: Text(
        "there was no good file yet",
        "es gab noch keine fehlerfreie Datei",
    ),
    StateReason.STALE: Text(
        "the file has been broken for so long that the last good one is no longer shown",
        "die Datei ist so lange fehlerhaft, dass die letzte gute nicht mehr gezeigt wird",
    ),
    StateReason.DELETED: Text(
        "the repository is no longer there for the public",
        "das Repository ist nicht mehr öffentlich da",
    ),
    StateReason.PRIVATE: Text(
        "the repository is no longer public",
        "das Repository ist nicht mehr öffentlich",
    ),
    StateReason.OPT_OUT_TOPIC: Text(
        "the repository has a topic by which it opts out",
        "das Repository hat ein Thema, mit dem es der Aufnahme widerspricht",
    ),
    StateReason.OPT_OUT_KEY: Text(
        "its publiccode.yml opts out (x-publiccode-ignore: true)",
        "seine publiccode.yml widerspricht der Aufnahme (x-publiccode-ignore: true)",
    ),
    StateReason.OPT_OUT_FILE: Text(
        "the file .publiccode-ignore lies in its root",
        "die Datei .publiccode-ignore liegt in seinem Wurzelverzeichnis",
    ),
    StateReason.DEACTIVATED: Text(
        "somebody who may write said through the API that it is not active",
        "jemand mit Schreibrecht hat über die API gesagt, dass es nicht aktiv ist",
    ),
    StateReason.WRITTEN_INACTIVE: Text(
        "who wrote it through the API said that it is not active yet",
        "wer es über die API schrieb, sagte, dass es noch nicht aktiv ist",
    ),
    StateReason.RETRACTED: Text(
        "it was written through the API, and deleted again",
        "es wurde über die API geschrieben und wieder gelöscht",
    ),
    StateReason.OUT_OF_SCOPE: Text(
        "no source's scope and patterns want it any more",
        "Umfang und Muster der Quellen schließen es jetzt aus",
    ),
    StateReason.BLOCKED: Text(
        "who keeps this catalogue does not list it",
        "wer diesen Katalog führt, nimmt es nicht auf",
    ),
    StateReason.MOVED: Text(
        "the repository left what the sources cover",
        "das Repository liegt nicht mehr dort, wo die Quellen suchen",
    ),
    StateReason.FILE_REMOVED: Text(
        "the repository is there, its publiccode.yml is not",
        "das Repository ist da, seine publiccode.yml nicht mehr",
    ),
    StateReason.MERGED: Text(
        "it turned out to be the same as another entry",
        "es stellte sich als derselbe Eintrag wie ein anderer heraus",
    ),
    StateReason.PURGED: Text(
        "the operator deleted all that was known of it",
        "der Betreiber hat alles gelöscht, was darüber bekannt war",
    ),
    StateReason.UNFOUNDED: Text(
        "no file describes it, and none that could be listed ever did",
        "keine Datei beschreibt es, und keine, die gelistet werden konnte, tat es je",
    ),
}

ITEMS: Mapping[str, Text] = {
    ItemReason.OUT_OF_SCOPE: Text(
        "no source's scope and patterns want it",
        "Umfang und Muster der Quellen schließen es aus",
    ),
    ItemReason.OPT_OUT_TOPIC: Text("it opts out by a topic", "es widerspricht durch ein Thema"),
    ItemReason.OPT_OUT_KEY: Text(
        "it opts out in its publiccode.yml",
        "es widerspricht in seiner publiccode.yml",
    ),
    ItemReason.OPT_OUT_FILE: Text(
        "it opts out by the file .publiccode-ignore",
        "es widerspricht durch die Datei .publiccode-ignore",
    ),
    ItemReason.BLOCKED: Text("it is blocked", "es ist gesperrt"),
    ItemReason.LOOK_UP_UNKNOWN: Text(
        "the listing did not show it, and the forge would not say whether it is still there",
        "die Liste nannte es nicht, und die Forge sagte nicht, ob es noch da ist",
    ),
    ItemReason.FILE_UNKNOWN: Text(
        "the forge would not show its files",
        "die Plattform zeigte seine Dateien nicht",
    ),
    ItemReason.NAME_REUSED: Text(
        "another repository had its address before",
        "ein anderes Repository hatte vorher seine Adresse",
    ),
    FailureCode.NOT_FOUND: Text("it was not found", "es wurde nicht gefunden"),
    FailureCode.FORBIDDEN: Text("the forge refused to show it", "die Plattform verweigerte es"),
    FailureCode.UNREADABLE: Text("it could not be read", "es war nicht lesbar"),
    FailureCode.REFUSED: Text(
        "the database would not take it",
        "die Datenbank nahm es nicht an",
    ),
}

LEFT_OUT: Mapping[str, Text] = {
    LeadReason.NOT_AN_ADDRESS: Text("no web address", "keine Webadresse"),
    LeadReason.WHOLE_FORGE: Text(
        "a whole forge that everybody shares", "eine ganze Plattform, die allen offensteht"
    ),
    LeadReason.IGNORED: Text(
        "not to be read, as the list itself says", "laut der Liste selbst nicht zu lesen"
    ),
    LeadReason.UNSUPPORTED_HOST: Text(
        "on hosts that no connector reads", "auf Rechnern, die kein Konnektor liest"
    ),
    LeadReason.PRIVATE_ADDRESS: Text("in private networks", "in privaten Netzen"),
    LeadReason.UNREACHABLE_HOST: Text(
        "on hosts that gave no answer", "auf Rechnern, die nicht antworteten"
    ),
    LeadReason.NOT_ASKED_YET: Text(
        "on hosts that a later run will ask what they are",
        "auf Rechnern, die ein späterer Lauf fragt, was sie sind",
    ),
}

STATUSES: Mapping[str, Text] = {
    ItemStatus.ADDED: Text("added", "neu"),
    ItemStatus.UPDATED: Text("updated", "aktualisiert"),
    ItemStatus.UNCHANGED: Text("unchanged", "unverändert"),
    ItemStatus.GONE: Text("gone", "verschwunden"),
    ItemStatus.SKIPPED: Text("left out", "ausgelassen"),
    ItemStatus.ERRORED: Text("failed", "fehlgeschlagen"),
}

LISTS: Mapping[str, Text] = {
    State.LISTED: Text("listed", "gelistet"),
    State.INVALID: Text("known, but not listed", "bekannt, aber nicht gelistet"),
    State.GONE: Text("gone", "verschwunden"),
    State.WITHDRAWN: Text("withdrawn", "zurückgezogen"),
    State.BLOCKED: Text("blocked", "gesperrt"),
}

OUTCOMES: Mapping[str, Text] = {
    Outcome.LISTED: Text("listed", "gelistet"),
    Outcome.INVALID: Text("invalid", "fehlerhaft"),
    Outcome.OTHER_PLACE: Text("describes another place", "beschreibt einen anderen Ort"),
    Outcome.SUPERSEDED: Text("superseded", "überholt"),
}

LABELS: Mapping[str, Text] = {
    Label.ARCHIVED: Text("archived", "archiviert"),
    Label.ACTIVE: Text("active", "aktiv"),
    Label.SLOW: Text("slow", "langsam"),
    Label.STALE: Text("stale", "ruhend"),
    Label.UNKNOWN: Text("unknown", "unbekannt"),
}

CRITERIA: Mapping[str, Text] = {
    Criterion.ARCHIVED: Text("archived on its forge", "auf der Plattform archiviert"),
    Criterion.COMMITS_90D: Text(
        f"at least {ACTIVE_COMMITS} commits in 90 days",
        f"mindestens {ACTIVE_COMMITS} Commits in 90 Tagen",
    ),
    Criterion.COMMITS_365D: Text(
        "at least one commit in a year", "mindestens ein Commit in einem Jahr"
    ),
    Criterion.RELEASE_365D: Text("a release in a year", "eine Veröffentlichung in einem Jahr"),
    Criterion.SEVERAL_AUTHORS: Text(
        "commits of several people in a year", "Commits mehrerer Personen in einem Jahr"
    ),
}

ANSWERS: Mapping[bool | None, Text] = {
    True: Text("yes", "ja"),
    False: Text("no", "nein"),
    None: Text("unknown", "unbekannt"),
}

_SENTENCES: Mapping[str, Text] = {
    "entry": Text(
        "{name} ({url}): {state}, {reason}; known since {since}",
        "{name} ({url}): {state}, {reason}; bekannt seit {since}",
    ),
    "no_file": Text(
        "The repository {url} is known, but has no publiccode.yml in its root.",
        "Das Repository {url} ist bekannt, hat aber keine publiccode.yml im Wurzelverzeichnis.",
    ),
    "file_unknown": Text(
        "The repository {url} is known, but not whether it has a publiccode.yml: when it was last"
        " read, the forge would not tell.",
        "Das Repository {url} ist bekannt, aber nicht, ob es eine publiccode.yml hat: Beim letzten"
        " Lesen gab die Plattform darüber keine Auskunft.",
    ),
    "gone": Text(
        "The repository {url} is gone ({reason}).",
        "Das Repository {url} ist verschwunden ({reason}).",
    ),
    "left_out": Text(
        "The repository {url} is left out ({reason}).",
        "Das Repository {url} ist ausgenommen ({reason}).",
    ),
    "ignored": Text(
        "The repository {url} has been opted out since {since} ({reason}). Taken back, it is listed"
        " again by the crawl that sees it.",
        "Das Repository {url} widerspricht der Aufnahme seit {since} ({reason}). Wird das"
        " zurückgenommen, nimmt es der nächste Lauf, der es sieht, wieder auf.",
    ),
    "blocked": Text(
        "{url} is blocked by whoever keeps this catalogue: {reason}",
        "{url} ist von denen, die diesen Katalog führen, gesperrt: {reason}",
    ),
    "missing": Text(
        "The repository {url} has not been seen since {since}; it is not taken as gone yet.",
        "Das Repository {url} wurde seit {since} nicht gesehen; es gilt noch nicht als "
        "verschwunden.",
    ),
    "alias": Text(
        "{old} is an old address; the repository is now {url}.",
        "{old} ist eine alte Adresse; das Repository liegt jetzt unter {url}.",
    ),
    "former": Text(
        "{old} was the address of another repository before; that is now {url}.",
        "{old} war vorher die Adresse eines anderen Repositorys; das ist jetzt {url}.",
    ),
    "file": Text(
        "  {path} in {url}: {outcome}: {reason} ({errors} errors, {warnings} warnings)",
        "  {path} in {url}: {outcome}: {reason} ({errors} Fehler, {warnings} Warnungen)",
    ),
    "told": Text(
        "what was written over the API of {url}", "dem, was über die API zu {url} geschrieben wurde"
    ),
    "files": Text("Files: {number}; {sums}", "Dateien: {number}; {sums}"),
    "finding": Text("    line {line}: {message} [{code}]", "    Zeile {line}: {message} [{code}]"),
    "finding_on_file": Text(
        "    the whole file: {message} [{code}]", "    die ganze Datei: {message} [{code}]"
    ),
    "nothing_waits": Text(
        "{source}: no losses wait for approval",
        "{source}: Keine Verluste warten auf Zustimmung",
    ),
    "would_lose": Text(
        "{source}: {number} listed entries would be lost; they wait for harvester approve {source}",
        "{source}: {number} gelistete Einträge gingen verloren; sie warten auf harvester approve "
        "{source}",
    ),
    "let_through": Text(
        "{source}: {number} of {waited} losses that waited took effect",
        "{source}: {number} von {waited} wartenden Verlusten sind wirksam",
    ),
    "loss": Text("  {name} ({url}): {reason}", "  {name} ({url}), Grund: {reason}"),
    "still_there": Text(
        "  {name} ({url}): back or mended meanwhile; it stays listed",
        "  {name} ({url}): inzwischen wieder da oder behoben; bleibt gelistet",
    ),
    "activity": Text(
        "  activity: {label} (as of {at}): {criteria}",
        "  Aktivität: {label} (Stand {at}): {criteria}",
    ),
    "activity_unread": Text(
        "  activity: {label} (not read yet; a sweep does)",
        "  Aktivität: {label} (noch nicht gelesen; das tut ein ganzer Durchgang)",
    ),
    "crawled": Text(
        "  last crawl: {source}, {at}: {status}{reason}",
        "  letzter Lauf: {source}, {at}: {status}{reason}",
    ),
    "named": Text("  named by: {names}", "  genannt von: {names}"),
    "host_unread": Text(
        "{url} is not in the catalogue: the list {source} names it, but no connector reads what "
        "runs there, or nobody answered.",
        "{url} steht nicht im Katalog: Die Liste {source} nennt sie, aber kein Konnektor liest, "
        "was dort läuft, oder niemand antwortete.",
    ),
    "next": Text("  next crawl: {at}", "  nächster Lauf: {at}"),
    "purge_contacts": Text(
        "contacts: {records} records, {findings} findings and {entries} entries rewritten; "
        "{files} files' bytes, {answers} kept answers and {bodies} publishers' addresses deleted",
        "Kontakte: {records} Datensätze, {findings} Befunde und {entries} Einträge umgeschrieben; "
        "die Bytes von {files} Dateien, {answers} aufgehobene Antworten und die Adressen von "
        "{bodies} Herausgebern gelöscht",
    ),
    "would_purge_contacts": Text(
        "contacts (nothing is deleted yet): {records} records, {findings} findings and {entries} "
        "entries would be rewritten, {files} files' bytes, {answers} kept answers and {bodies} "
        "publishers' addresses deleted",
        "Kontakte (noch ist nichts gelöscht): {records} Datensätze, {findings} Befunde und "
        "{entries} Einträge würden umgeschrieben, die Bytes von {files} Dateien, {answers} "
        "aufgehobene Antworten und die Adressen von {bodies} Herausgebern gelöscht",
    ),
    "purge_whole": Text(
        "{what}: {entries} entries, {repositories} repositories and {records} files deleted",
        "{what}: {entries} Einträge, {repositories} Repositories und {records} Dateien gelöscht",
    ),
    "would_purge_whole": Text(
        "{what} (nothing is deleted yet): {entries} entries, {repositories} repositories and "
        "{records} files would be deleted",
        "{what} (noch ist nichts gelöscht): {entries} Einträge, {repositories} Repositories und "
        "{records} Dateien würden gelöscht",
    ),
    "purge_elsewhere": Text(
        "  {url} has a file that describes it too; the block list and purge can name it as well",
        "  {url} hat auch eine Datei, die es beschreibt; Sperrliste und purge können es ebenso "
        "nennen",
    ),
    "purge_copies": Text(
        "Backups, archives (crawl --archive) and exports made before still have it; delete them.",
        "Früher angelegte Sicherungen, Archive (crawl --archive) und Exporte enthalten es noch; "
        "löschen Sie sie.",
    ),
    "purge_yes": Text(
        "purge deletes for good: say --yes to do it, or --dry-run to see what would go",
        "purge löscht endgültig: mit --yes wird gelöscht, mit --dry-run nur gezeigt",
    ),
    "purge_contacts_on": Text(
        "purge contacts: crawls would bring them back; write contacts = false under [privacy] in "
        "the settings first",
        "purge contacts: Läufe brächten sie zurück; schreiben Sie zuerst contacts = false unter "
        "[privacy] in die Einstellungen",
    ),
    "purge_unknown": Text(
        "purge {what}: the catalogue knows no such entry or repository",
        "purge {what}: Der Katalog kennt keinen solchen Eintrag und kein solches Repository",
    ),
    "purge_unblocked": Text(
        "purge {what}: the next crawl would bring {url} back; put it on the block list first: "
        "[[blocks]] with url and reason in the settings",
        "purge {what}: Der nächste Lauf brächte {url} zurück; setzen Sie sie zuerst auf die "
        "Sperrliste: [[blocks]] mit url und reason in den Einstellungen",
    ),
    "token_once": Text(
        "This is token {id}, shown this once: only its hash is kept.",
        "Das ist das Token {id}, nur dieses eine Mal gezeigt: Aufgehoben wird nur sein Hash.",
    ),
    "token_name": Text(
        "a token's name is 1 to {most} printable characters, without blanks around them",
        "der Name eines Tokens besteht aus 1 bis {most} druckbaren Zeichen ohne Leerzeichen darum",
    ),
    "token_taken": Text(
        "there is a token {name} already; revoke it, or take another name",
        "ein Token {name} gibt es schon; widerrufen Sie es, oder nehmen Sie einen anderen Namen",
    ),
    "token_scope": Text(
        "{scope!r} is no scope; there are {known}",
        "{scope!r} ist kein Bereich; es gibt {known}",
    ),
    "token_expires": Text(
        '--expires {text!r}: write a number and a unit, such as "90d" or "12w"',
        '--expires {text!r}: schreiben Sie eine Zahl und eine Einheit, etwa "90d" oder "12w"',
    ),
    "token_none": Text(
        "There is no token: nobody can write over the API.",
        "Es gibt kein Token: Niemand kann über die API schreiben.",
    ),
    "token_line": Text(
        "{id}  {name}  {scopes}  {state}  expires {ends}  last used {used}",
        "{id}  {name}  {scopes}  {state}  endet {ends}  zuletzt benutzt {used}",
    ),
    "token_live": Text("live", "gültig"),
    "token_expired": Text("expired", "abgelaufen"),
    "token_revoked": Text("revoked", "widerrufen"),
    "token_unknown": Text(
        "there is no live token {name}; `harvester token list` shows all",
        "es gibt kein gültiges Token {name}; `harvester token list` zeigt alle",
    ),
    "token_ended": Text(
        "{name} ({id}) opens nothing any more",
        "{name} ({id}) öffnet nichts mehr",
    ),
    "webhook_none": Text(
        "nobody asked to be told what changes", "niemand will benachrichtigt werden"
    ),
    "webhook_line": Text(
        "{id}  {told_of}  {url}  {state}  waiting {waiting}  given up {given_up}  missed {missed}",
        "{id}  {told_of}  {url}  {state}  wartend {waiting}  aufgegeben {given_up}  "
        "verpasst {missed}",
    ),
    "webhook_active": Text("active", "aktiv"),
    "webhook_ended": Text("ended ({why})", "beendet ({why})"),
    "webhook_delivery": Text(
        "{seq}  {event} {subject}  {state}  tries {tries}  {said}  next try {again}",
        "{seq}  {event} {subject}  {state}  Versuche {tries}  {said}  nächster Versuch {again}",
    ),
    "webhook_waiting": Text("waiting", "wartend"),
    "webhook_delivered": Text("delivered", "zugestellt"),
    "webhook_given_up": Text("given up", "aufgegeben"),
    "webhook_again": Text(
        "{id}: told again; {waiting} events that were given up wait",
        "{id}: wird wieder benachrichtigt; {waiting} aufgegebene Ereignisse warten",
    ),
    "webhook_unknown": Text(
        "there is no webhook {id}; harvester webhook list shows all",
        "es gibt keinen Webhook {id}; harvester webhook list zeigt alle",
    ),
    "webhook_no_history": Text(
        "{id} is told of publishers, which have no change feed; leave --after out",
        "{id} gilt Herausgebern, für die es keine Änderungsliste gibt; lassen Sie --after weg",
    ),
    "by_hand": Text(
        "  next crawl: by hand only (harvester crawl {url})",
        "  nächster Lauf: nur von Hand (harvester crawl {url})",
    ),
    "no_source": Text(
        "{url} is not in the catalogue: no configured source reads that forge. "
        "Add one, or run: harvester crawl {url}",
        "{url} steht nicht im Katalog: Keine eingerichtete Quelle liest diese Plattform. "
        "Richten Sie eine ein, oder rufen Sie auf: harvester crawl {url}",
    ),
    "not_covered": Text(
        "{url} is not in the catalogue: the source {source} reads that forge, but its scope and "
        "patterns leave this address out.",
        "{url} steht nicht im Katalog: Die Quelle {source} liest diese Plattform, aber Umfang und "
        "Muster schließen diese Adresse aus.",
    ),
    "never_crawled": Text(
        "{url} is not in the catalogue: the source {source} covers it, but was never read to its "
        "end. Run: harvester crawl {source}",
        "{url} steht nicht im Katalog: Die Quelle {source} umfasst sie, wurde aber noch nie bis "
        "zum Ende gelesen. Rufen Sie auf: harvester crawl {source}",
    ),
    "not_seen": Text(
        "{url} is not in the catalogue: the source {source} covers it and was last read at {at}, "
        "but the forge showed no public repository there. Is it public, and spelled like this?",
        "{url} steht nicht im Katalog: Die Quelle {source} umfasst sie und wurde zuletzt am {at} "
        "gelesen, aber die Plattform zeigte dort kein öffentliches Repository. Ist es öffentlich "
        "und so geschrieben?",
    ),
}


def say(key: str, language: Language, /, **values: object) -> str:
    """Give a sentence."""
    return _in(_SENTENCES[key], language).format(**values)


def answer(met: bool | None, language: Language) -> str:
    """Say yes, no, or that nobody knows."""
    return _in(ANSWERS[met], language)


def word(words: Mapping[str, Text], key: str, language: Language) -> str:
    """Give the words for a closed list's member; the member itself if it is a new one."""
    return _in(words[key], language) if key in words else key


def _in(text: Text, language: Language) -> str:
    return text.en if language is Language.EN else text.de
