# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A list over HTTP: asked for once, kept, refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from connectors.list import ListDirectory
from connectors.list.options import ListOptions
from harvester.ports.directory import DirectoryAccess
from harvester.ports.errors import (
    ForbiddenError,
    NotFoundError,
    ServerError,
    SourceError,
    TooLargeError,
    UnexpectedAnswerError,
    UnreachableError,
)
from harvester.publiccode import plain_yaml
from tests.connectors.transport.support import Got, Reply, Surroundings, html, serving

anyio = pytest.mark.anyio
LIST = Reply(
    headers={"etag": '"1"', "content-type": "text/csv"}, body=b"url\nhttps://a.example/b\n"
)


def access(around: Surroundings, address: str, *, is_file: bool = False) -> DirectoryAccess:
    forge = replace(around.access("https://lists.example", max_body=4096), options=ListOptions())
    return DirectoryAccess(address=address, is_file=is_file, forge=forge, read_yaml=plain_yaml)


@anyio
async def test_an_unchanged_list_is_one_conditional_request(around: Surroundings) -> None:
    def handler(got: Got) -> Reply:
        return Reply(status=304) if got.headers.get("if-none-match") == '"1"' else LIST

    async with serving(handler) as server:
        for statuses in (1, 2):
            async with ListDirectory(access(around, f"{server.url}/l.csv?raw=1")) as directory:
                assert directory.estimate(0).rest == 1
                found = await directory.leads()
                assert [lead.url for lead in found.leads] == ["https://a.example/b"]
                assert directory.spent().rest == 1
            assert len(server.got) == statuses
        assert {got.target for got in server.got} == {"/l.csv?raw=1"}, "query and all"


@anyio
@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(status=404), NotFoundError),
        (Reply(status=403), ForbiddenError),
        (Reply(status=500), ServerError),
        (html(), UnexpectedAnswerError),
        (Reply(body=b""), UnexpectedAnswerError),
        (Reply(body=b"url\nhttps://a", announce=5000), UnexpectedAnswerError),
        (Reply(hang_up=True), UnreachableError),
    ],
)
async def test_whatever_goes_wrong_is_told(
    around: Surroundings, reply: Reply, error: type[SourceError]
) -> None:
    async with (
        serving(lambda _got: reply) as server,
        ListDirectory(access(around, f"{server.url}/list?key=secret")) as directory,
    ):
        with pytest.raises(error) as caught:
            await directory.leads()
    assert "secret" not in str(caught.value)


@anyio
async def test_a_file_is_read_and_never_more_of_it_than_allowed(
    around: Surroundings, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(LIST.body)
    async with ListDirectory(access(around, str(file), is_file=True)) as directory:
        assert len((await directory.leads()).leads) == 1
        assert await directory.check() == "a list (csv) of 1 addresses"
        assert (directory.spent().rest, directory.estimate(1).rest) == (0, 0)
        file.write_bytes(b"x" * (access(around, "x").forge.http.max_body + 1))
        with pytest.raises(TooLargeError):
            await directory.leads()
        file.unlink()
        with pytest.raises(SourceError, match="No such file"):
            await directory.leads()
