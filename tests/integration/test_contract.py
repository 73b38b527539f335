# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The HTTP API, as it is served, keeps to descriptions, as far as schemathesis can ask.

To our own in all that it says; to that of the Software Catalog API in what is read, but for the
deviations that ``docs/api-deviations.md`` lists. The same requests each time: what is generated is
derived from the description, and nothing else.
"""

import json
import os
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.feed.api.shelf import openapi
from tests.feed.api.test_clients import Api, api
from tests.feed.api.test_deviations import ABSENT, PROPERTIES
from tests.reference import REFERENCE, needs_reference

__all__ = ["api"]

pytestmark = pytest.mark.integration
ROOT = Path(__file__).resolve().parents[2]
SCHEMATHESIS = ROOT / ".contract" / "bin" / "schemathesis"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)
EXAMPLES = 20
"""Generated requests an operation, beside those that are made of its description's bounds."""


WRITING = ("POST", "PATCH", "DELETE")


def asked(
    folder: Path, description: str, *options: str, phases: str = "examples,coverage,fuzzing"
) -> dict[str, Any]:
    """Hold what is served against a description; gives what the tool reports."""
    report = folder / "report.json"
    report.unlink(missing_ok=True)
    ran = subprocess.run(
        [
            str(SCHEMATHESIS),
            "run",
            description,
            f"--checks={','.join(CHECKS)}",
            f"--phases={phases}",
            f"--max-examples={EXAMPLES}",
            "--generation-deterministic",
            "--seed=1",
            "--continue-on-failure",
            "--no-color",
            "--report=json",
            f"--report-json-path={report}",
            *options,
        ],
        cwd=folder,
        env={
            **os.environ,
            "NO_PROXY": "127.0.0.1",
            "PYTHONPATH": str(Path(__file__).parent),
            "SCHEMATHESIS_HOOKS": "contract_hooks",
        },
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    print(ran.stdout[-8000:])  # noqa: T201 - shown when it fails, and with -s
    assert report.exists(), ran.stderr[-2000:]
    told: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return told


def test_our_own_description(api: Api, tmp_path: Path) -> None:
    told = asked(tmp_path, f"{api.url}/v1/openapi.json", "--include-method=GET")
    assert told["operations"]["tested"] == sum(
        "get" in path for path in openapi()["paths"].values()
    )
    assert told["phases"]["coverage"]["status"] == told["phases"]["fuzzing"]["status"] == "success"
    cases = told["test_cases"]
    assert cases["generated"] > 1000
    assert cases["with_failures"] == cases["errored"] == cases["without_checks"] == 0


def test_what_is_written(api: Api, tmp_path: Path) -> None:
    """With a token that may write everything, all is as described; without one, nothing is done."""
    token = api.stage.json("token", "create", "contract", "--scope", "all")["token"]
    bearer = f"--header=Authorization: Bearer {token}"
    catalog = _post(api, token, "catalogs", {"name": "N", "sources": [{"url": api.url}]})
    hosting = {"description": "W", "codeHosting": [{"url": "https://werk.example/w"}]}
    publisher = _post(api, token, f"catalogs/{catalog}/publishers", hosting)
    there = {
        "software_id": next(iter(api.entries)),
        "catalog_id": catalog,
        "publisher_id": publisher,
    }
    document = json.loads(json.dumps(openapi()))
    operations = 0
    for path in document["paths"].values():
        for method, operation in path.items():
            operations += method.upper() in WRITING
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path" and parameter["name"] in there:
                    parameter["schema"] = {"enum": [there[parameter["name"]]]}
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    before = api.get("/publishers?all=true"), api.get("/catalogs?all=true")
    tested = 0
    for methods, headers in ((WRITING, ()), (WRITING[:2], (bearer,)), (WRITING[2:], (bearer,))):
        told = asked(
            tmp_path,
            str(file),
            f"--url={api.url}",
            *(f"--include-method={method}" for method in methods),
            *headers,
            phases="fuzzing",
        )
        assert told["failures"] == []
        cases = told["test_cases"]
        assert cases["with_failures"] == cases["errored"] == 0
        tested += told["operations"]["tested"]
        if not headers:
            assert (api.get("/publishers?all=true"), api.get("/catalogs?all=true")) == before
    assert tested == 2 * operations
    assert api.get("/publishers?all=true") != before[0], "some of it was good enough"


def _post(api: Api, token: str, what: str, body: dict[str, Any]) -> str:
    """Write something; gives its id."""
    request = urllib.request.Request(  # noqa: S310 - on loopback
        f"{api.url}/v1/{what}",
        json.dumps(body).encode(),
        {"authorization": f"Bearer {token}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the same
        told: dict[str, Any] = json.load(answer)
    return str(told["id"])


def test_what_is_not_as_described_is_found(api: Api, tmp_path: Path) -> None:
    """A status, a property and a header that are described otherwise than they are."""
    spoilt = json.loads(json.dumps(openapi()))
    del spoilt["paths"]["/v1/changes"]["get"]["responses"]["422"]
    spoilt["components"]["schemas"]["Links"]["properties"]["prev"] = {"type": "integer"}
    headers = spoilt["paths"]["/v1/dump.csv"]["get"]["responses"]["200"]["headers"]
    headers["x-nowhere"] = headers.pop("x-change-sequence")
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(spoilt), encoding="utf-8")
    paths = ("/v1/changes", "/v1/catalogs", "/v1/dump.csv")
    told = asked(
        tmp_path, str(file), f"--url={api.url}", *(f"--include-path={path}" for path in paths)
    )
    assert {(failure["type"], *failure["operations"]) for failure in told["failures"]} == {
        ("UndefinedStatusCode", "GET /v1/changes"),
        ("JsonSchemaError", "GET /v1/catalogs"),
        ("MissingHeaders", "GET /v1/dump.csv"),
    }


@needs_reference
def test_the_description_that_we_follow(api: Api, tmp_path: Path) -> None:
    """With the list's deviations written into it, nothing else differs; without, just they do."""
    theirs = _reads()
    told = _held(tmp_path, api, theirs)
    found = {failure["type"]: failure["operations"] for failure in told["failures"]}
    # `statuses` and `more-properties`, and no third.
    assert found.keys() == {"UndefinedStatusCode", "JsonSchemaError"}
    assert {one.split("/")[1] for one in found["JsonSchemaError"]} == {"software", "publishers"}
    for path, model in (("/software", "Software"), ("/publishers", "Publisher")):
        properties = theirs["components"]["schemas"][model]["properties"]
        properties |= {name: {} for name in PROPERTIES[path]}
    for path in theirs["paths"].values():
        path["get"]["responses"]["422"] = {"description": "of a wrong value"}
    told = _held(tmp_path, api, theirs)
    assert told["failures"] == []
    assert told["operations"]["tested"] == len(theirs["paths"]) >= 12
    assert told["test_cases"]["generated"] > 400


def _reads() -> dict[str, Any]:
    """Give the description where there is something to read, without what there is not."""
    file = REFERENCE / "api" / "developers-italia-api-openapi.yml"
    theirs: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    theirs["paths"] = {
        path: {
            key: value
            for key, value in told.items()
            if f"{key.upper()} {path}" not in ABSENT  # else it would be known as one that is there
        }
        for path, told in theirs["paths"].items()
        # Webhooks are not shown to everybody: `webhooks-guarded`.
        if "get" in told and f"GET {path}" not in ABSENT and "webhooks" not in path
    }
    return theirs


def _held(folder: Path, api: Api, description: dict[str, Any]) -> dict[str, Any]:
    file = folder / "theirs.json"
    file.write_text(json.dumps(description, default=str), encoding="utf-8")
    return asked(folder, str(file), f"--url={api.url}/v1", "--include-method=GET")
