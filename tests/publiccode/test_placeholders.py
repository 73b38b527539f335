# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a template left behind is an error, and the file describes the repository it lies in."""

import pytest

from harvester.publiccode import FileContext, read
from harvester.publiccode.links import is_placeholder_link

HERE = "https://gitlab.opencode.de/stadt/fachverfahren"


@pytest.mark.parametrize(
    "url",
    [
        "https://gitlab.opencode.de/GRUPPE/PROJEKT",
        "https://github.com/OWNER/REPO",
        "https://github.com/your-org/your-project",
        "https://gitlab.opencode.de/.../nrw.desk/...",
        "https://gitlab.opencode.de/<gruppe>/<projekt>",
    ],
)
def test_what_a_template_left_is_no_address(url: str) -> None:
    assert is_placeholder_link(url)
    reading = read(f'url: "{url}"\n'.encode(), FileContext(repository_url=HERE))
    assert reading.declared_url is None
    (finding,) = [f for f in reading.findings if f.key == "url"]
    assert (finding.severity, finding.suggestion) == ("error", HERE)


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/group/project",
        "https://github.com/NASA/PROJECT-X",
        "https://github.com/USER-Gruppe/repo",
        "https://gitlab.opencode.de/ihr-kreis/portal",
    ],
)
def test_what_could_be_a_project_is_one(url: str) -> None:
    assert not is_placeholder_link(url)
