# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The codes of all findings: stable names that people filter by, each with its severity.

An error is what makes an entry unusable, nothing else: nobody could say what the software is
called, where it lives or what it does, nobody may reuse it, or the text cannot be trusted to say
what its author meant. Everything that leaves a usable entry is a warning (the standard is not
met; something is lost or will be) or a notice (good to know). The sentences are in ``messages/``.
"""

from enum import Enum

from harvester.model import Severity

_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTICE


class Code(Enum):
    """One kind of finding: its code and its severity."""

    # --- the file as bytes
    TOO_LARGE = ("PC001", _E)
    BINARY = ("PC002", _E)
    NOT_UTF8 = ("PC003", _E)
    UTF16 = ("PC004", _E)
    CONTROL_CHARACTER = ("PC005", _E)
    EMPTY_FILE = ("PC006", _E)
    BYTE_ORDER_MARK = ("PC007", _N)
    FILE_NAME = ("PC008", _N)
    FILE_NAME_OPENCODE = ("PC009", _E)

    # --- the file as YAML
    SYNTAX = ("PC010", _E)
    SYNTAX_TAB = ("PC011", _E)
    SYNTAX_COLON = ("PC012", _E)
    SYNTAX_UNCLOSED = ("PC013", _E)
    SYNTAX_RESERVED = ("PC014", _E)
    SYNTAX_INDENTATION = ("PC015", _E)
    SYNTAX_ESCAPE = ("PC016", _E)
    NOT_A_MAPPING = ("PC017", _E)
    SEVERAL_DOCUMENTS = ("PC018", _E)
    TOO_DEEP = ("PC019", _E)
    TOO_MANY_NODES = ("PC020", _E)
    BAD_ALIAS = ("PC021", _E)
    DUPLICATE_KEY = ("PC022", _E)
    TAG = ("PC023", _W)
    MERGE_KEY = ("PC024", _N)
    COMPLEX_KEY = ("PC025", _W)
    UNSAFE_NUMBER = ("PC026", _N)
    ESCAPED_CHARACTER = ("PC027", _W)

    # --- keys
    MISSING_ESSENTIAL = ("PC101", _E)
    MISSING = ("PC102", _W)
    EMPTY_ESSENTIAL = ("PC103", _E)
    EMPTY = ("PC104", _W)
    EMPTY_OPTIONAL = ("PC105", _N)
    WRONG_TYPE_ESSENTIAL = ("PC106", _E)
    WRONG_TYPE = ("PC107", _W)
    SINGLE_FOR_LIST = ("PC108", _W)
    LIST_FOR_SINGLE = ("PC109", _W)
    UNKNOWN_KEY = ("PC110", _N)
    MISSPELLED_KEY = ("PC111", _N)
    DIALECT_KEY = ("PC112", _N)
    DEPRECATED = ("PC113", _W)
    DEPRECATED_FOR = ("PC114", _W)
    RENAMED = ("PC115", _W)
    REMOVED_IN_V1 = ("PC116", _W)

    # --- values
    NOT_IN_VOCABULARY = ("PC201", _W)
    FORMER_BOOLEAN = ("PC202", _W)
    NUMBER_FOR_TEXT = ("PC203", _N)
    TOO_LONG = ("PC204", _W)
    TOO_SHORT = ("PC205", _W)
    BAD_DATE = ("PC206", _W)
    OTHER_DATE = ("PC207", _W)
    BAD_LINK = ("PC208", _W)
    BAD_REPOSITORY_URL = ("PC209", _E)
    PLACEHOLDER = ("PC210", _W)
    GROUP_URL = ("PC211", _W)
    NOT_IN_LONG_VOCABULARY = ("PC212", _W)
    UNKNOWN_LICENSE = ("PC213", _W)
    LICENSE_SPELLING = ("PC214", _N)
    DEPRECATED_LICENSE = ("PC215", _N)
    UNKNOWN_COUNTRY = ("PC216", _W)
    LOWERCASE_COUNTRY = ("PC217", _W)
    UNKNOWN_LANGUAGE = ("PC218", _W)
    LANGUAGE_SPELLING = ("PC219", _N)
    BAD_EMAIL = ("PC220", _W)
    BAD_PHONE = ("PC221", _W)
    LOCAL_PHONE = ("PC222", _N)
    ABSOLUTE_PATH = ("PC223", _W)
    OUTSIDE_REPOSITORY = ("PC224", _W)
    IMAGE_TYPE = ("PC225", _W)
    UNKNOWN_VIDEO_HOST = ("PC226", _N)
    BAD_MIME_TYPE = ("PC227", _W)
    BAD_ORGANISATION_URI = ("PC228", _W)
    UNKNOWN_IPA_CODE = ("PC229", _W)
    UNKNOWN_ALIAS = ("PC230", _W)
    HTML = ("PC231", _N)

    # --- rules between keys
    VERSION_MISSING = ("PC301", _W)
    VERSION_UNKNOWN = ("PC302", _W)
    VERSION_OLD = ("PC303", _N)
    VERSION_NUMBER = ("PC304", _W)
    CONTRACTORS_MISSING = ("PC311", _W)
    CONTACTS_MISSING = ("PC312", _W)
    CONTRACTORS_UNEXPECTED = ("PC313", _W)
    NO_LANGUAGE_HAS = ("PC314", _W)
    BOTH_KEYS = ("PC315", _W)
    CONFLICT = ("PC316", _N)
    COUNTRY_SECTION = ("PC317", _N)

    # --- what lies around the file
    FILE_MISSING = ("PC401", _N)
    NOT_AN_IMAGE = ("PC402", _N)
    UNREACHABLE = ("PC403", _N)
    NOT_A_REPOSITORY = ("PC404", _N)

    def __init__(self, code: str, severity: Severity) -> None:
        self.code = code
        self.severity = severity

    @property
    def is_about_text(self) -> bool:
        """Say whether it is about bytes and YAML, and not about what the standard demands."""
        return self.code < Code.MISSING_ESSENTIAL.code
