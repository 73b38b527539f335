# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``python -m harvester``."""

import sys

from harvester.cli import main

sys.exit(main())
