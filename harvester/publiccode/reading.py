# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""From the bytes of a file to its reading."""

from dataclasses import replace

from harvester.model import JsonObject, Reading
from harvester.publiccode.addresses import Address
from harvester.publiccode.context import FileContext
from harvester.publiccode.decoding import decode, refuse_size
from harvester.publiccode.findings import Findings
from harvester.publiccode.nodes import Mapping, from_json
from harvester.publiccode.reference import Surroundings, is_valid, judge
from harvester.publiccode.rules import check_file_name, check_rules
from harvester.publiccode.standard import standard
from harvester.publiccode.values import Reader
from harvester.publiccode.walk import Walk
from harvester.publiccode.yaml_reader import read_yaml

NORMALISER = 2
"""Version of the rules. Raised whenever the same bytes may give another reading, so that stored
bytes are read again."""


def read(content: bytes, context: FileContext, surroundings: Surroundings | None = None) -> Reading:
    """Read a publiccode file: verdict, findings and normalised record. Never raises.

    Args:
        content: the bytes of the file, whatever they are.
        context: what the file's place tells.
        surroundings: what the reference parser's verdict may look at beside the file.
    """
    findings = Findings(by_hand=context.profile == "hand")
    check_file_name(context, findings)
    text = decode(content, findings)
    root = read_yaml(text, findings) if text is not None else None
    reading = _reading(root, context, findings)
    if context.strict:
        told = judge(content, surroundings)
        return replace(reading, valid=is_valid(told), findings=told)
    return reading


def too_large(size: int) -> Reading:
    """Give the reading of a file that is not fetched because it is larger than ``MAX_BYTES``.

    Args:
        size: of the file, in bytes, as the forge tells it.
    """
    findings = Findings()
    refuse_size(size, findings)
    return _reading(None, FileContext(), findings)


def normalise(record: JsonObject, context: FileContext | None = None) -> Reading:
    """Read publiccode that came as JSON; a normalised record comes out as it went in."""
    root = from_json(record)
    context = context or FileContext()
    findings = Findings(by_hand=context.profile == "hand")
    return _reading(root if isinstance(root, Mapping) else None, context, findings)


def addresses(content: bytes, context: FileContext) -> tuple[Address, ...]:
    """Give the web addresses of a file, each once, for a check over the network to follow.

    Paths of files are among them where the context tells what they are resolved against.
    """
    findings = Findings()
    text = decode(content, findings)
    root = read_yaml(text, findings) if text is not None else None
    if root is None:
        return ()
    reader, _ = _walk(root, context, findings)
    first = {address.url: address for address in reversed(reader.addresses)}
    return tuple(address for address in reader.addresses if first[address.url] is address)


def _reading(root: Mapping | None, context: FileContext, findings: Findings) -> Reading:
    if root is None:
        return Reading(
            valid=False,
            version=None,
            record=None,
            findings=findings.sorted(),
            declared_url=None,
            normaliser=NORMALISER,
        )
    reader, record = _walk(root, context, findings)
    return Reading(
        valid=not findings.fatal,
        version=reader.version,
        record=record,
        findings=findings.sorted(),
        declared_url=reader.declared_url,
        normaliser=NORMALISER,
    )


def _walk(root: Mapping, context: FileContext, findings: Findings) -> tuple[Reader, JsonObject]:
    table = standard(1 if context.profile == "v1" else 0)
    reader = Reader(table, context, findings)
    walk = Walk(reader)
    record = walk.record(root)
    check_rules(root, record, table, walk)
    walk.close(record)
    return reader, record
