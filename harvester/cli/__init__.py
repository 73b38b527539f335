# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The commands.

Modules here import nothing heavy at their top: what a command needs, it imports when it runs, so
that ``harvester --help`` and shell completion answer at once.
"""


def main() -> int:
    """Run the command of ``sys.argv`` and give its exit code."""
    from harvester.cli.app import app
    from harvester.cli.exits import run

    return run(app)
