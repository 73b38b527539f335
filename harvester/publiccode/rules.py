# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What keys have to do with each other."""

from collections.abc import Iterator
from typing import Any

from harvester.model import JsonObject
from harvester.publiccode.codes import Code
from harvester.publiccode.context import FileContext
from harvester.publiccode.findings import Findings
from harvester.publiccode.nodes import Mapping, Mark, Node, Sequence
from harvester.publiccode.standard import LANGUAGE, Presence, Standard
from harvester.publiccode.walk import Walk

_ITALIAN = "urn:x-italian-pa:"
_FILE_NAME = "publiccode.yml"
_TEXTS = ("shortDescription", "longDescription", "localisedName", "genericName", "features")


def check_file_name(context: FileContext, findings: Findings) -> None:
    """Tell of a file that only some crawlers find."""
    name = context.path.replace("\\", "/").rpartition("/")[2]
    if name.lower() in (_FILE_NAME, "publiccode.yaml") and name != _FILE_NAME:
        code = Code.FILE_NAME
        if context.profile == "opencode":
            code = Code.FILE_NAME_OPENCODE
        findings.add(code, "", None, suggestion=_FILE_NAME, name=name)


def check_rules(root: Mapping, record: JsonObject, standard: Standard, walk: Walk) -> None:
    """Tell what only several keys together tell, and bring together what means the same."""
    findings = walk.reader.findings
    if root.complete:
        _check_description(root, record, standard, findings)
        _check_maintenance(root, record, findings)
    _unite_organisation(root, record, walk)


def _check_description(
    root: Mapping, record: JsonObject, standard: Standard, findings: Findings
) -> None:
    description = record.get("description")
    if not isinstance(description, dict) or not description:
        return
    written = root.entries.get("description")
    mark = written[0].mark if written else None
    texts = [part for part in description.values() if isinstance(part, dict)]
    if not any(part.get(name) for part in texts for name in _TEXTS):
        findings.add(Code.EMPTY_ESSENTIAL, "description", mark, name="description")
        return
    key = standard.key_at(f"description.{LANGUAGE}")
    for name, child in key.children.items() if key else ():
        if child.presence is Presence.SOMEWHERE and not any(part.get(name) for part in texts):
            if _mentions(root, "description", name):
                continue
            findings.add(Code.NO_LANGUAGE_HAS, f"description.{name}", mark, name=name)


def _mentions(root: Mapping, section: str, name: str) -> bool:
    """Say whether a key stands in any language, if only unreadable."""
    written = root.entries.get(section)
    node = written[1] if written else None
    if not isinstance(node, Mapping):
        return False
    return any(
        isinstance(value, Mapping) and name in value.entries for _, value in node.entries.values()
    )


def _check_maintenance(root: Mapping, record: JsonObject, findings: Findings) -> None:
    maintenance = record.get("maintenance")
    if not isinstance(maintenance, dict):
        return
    kind = maintenance.get("type")
    place = _mark(root, "maintenance", "type")
    if kind == "contract" and not _present(root, maintenance, "contractors"):
        findings.add(Code.CONTRACTORS_MISSING, "maintenance.contractors", place)
    if kind in ("internal", "community") and not _present(root, maintenance, "contacts"):
        findings.add(Code.CONTACTS_MISSING, "maintenance.contacts", place, type=str(kind))
    if kind in ("internal", "community", "none") and maintenance.get("contractors"):
        findings.add(
            Code.CONTRACTORS_UNEXPECTED,
            "maintenance.contractors",
            _mark(root, "maintenance", "contractors"),
            type=str(kind),
        )


def _present(root: Mapping, maintenance: JsonObject, name: str) -> bool:
    """Say whether a list has entries, or a value that was told of already."""
    if maintenance.get(name):
        return True
    node = _node(root, "maintenance", name)
    items = node.items if isinstance(node, Sequence) else [node]
    return any(isinstance(item, Mapping) and item.entries for item in items)


def _unite_organisation(root: Mapping, record: JsonObject, walk: Walk) -> None:
    """Bring the publisher's name and id to the section that is theirs since 0.7."""
    findings = walk.reader.findings
    for old, new, value in _older_organisation(record):
        organisation = record.get("organisation")
        if organisation is None:
            organisation = record["organisation"] = {}
        name = new.rpartition(".")[2]
        known = organisation.get(name)
        if known is not None and str(known).casefold() != value.casefold():
            findings.add(Code.CONFLICT, old, _mark(root, *old.split(".")), newer=new, value=value)
            walk.raw[old] = value
            continue
        if known is None:
            organisation[name] = value
    _drop(record, "legal", "repoOwner")
    _drop(record, "IT", "riuso", "codiceIPA")


def _older_organisation(record: JsonObject) -> Iterator[tuple[str, str, str]]:
    owner = _at(record, "legal", "repoOwner")
    if isinstance(owner, str):
        yield "legal.repoOwner", "organisation.name", owner
    code = _at(record, "IT", "riuso", "codiceIPA")
    if isinstance(code, str):
        yield "IT.riuso.codiceIPA", "organisation.uri", _ITALIAN + code


def _at(record: JsonObject, *path: str) -> Any:
    value: Any = record
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _drop(record: JsonObject, *path: str) -> None:
    """Take a key away, and the sections that are empty without it."""
    *above, name = path
    section = _at(record, *above) if above else record
    if not isinstance(section, dict) or (name not in section):
        return
    del section[name]
    if not section and above:
        _drop(record, *above)


def _node(root: Mapping, *path: str) -> Node | None:
    node: Node | None = root
    for name in path:
        entry = node.entries.get(name) if isinstance(node, Mapping) else None
        node = entry[1] if entry else None
    return node


def _mark(root: Mapping, *path: str) -> Mark | None:
    """Give the place of a key, or of the nearest one above it."""
    node: Node | None = root
    mark: Mark | None = None
    for name in path:
        if not isinstance(node, Mapping):
            break
        entry = node.entries.get(name) or node.entries.get(name.lower())
        if entry is None:
            break
        mark, node = entry[0].mark, entry[1]
    return mark
