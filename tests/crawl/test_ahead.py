# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import asyncio
from collections.abc import AsyncIterator

import pytest

from harvester.crawl.ahead import StoppedError, ahead


async def endless() -> AsyncIterator[int]:
    number = 0
    while True:
        yield number
        number += 1


def test_a_signal_is_heard_while_items_lie_ready() -> None:
    seen: list[int] = []

    async def read() -> None:
        stop = asyncio.Event()
        async for item in ahead(endless(), 3, stop):
            seen.append(item)
            await asyncio.sleep(0)  # the reader goes ahead: an item is ready at any time
            if item == 5:
                stop.set()
            if item > 100:
                return

    with pytest.raises(StoppedError):
        asyncio.run(read())
    assert seen == [0, 1, 2, 3, 4, 5]
