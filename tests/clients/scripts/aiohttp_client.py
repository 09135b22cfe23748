"""aiohttp, with one `ClientSession` a session; Digest is a middleware of it."""

import asyncio

import aiohttp
from plan import answer, failure, say, sessions


def settings(first):
    if first.digest:
        return {"middlewares": [aiohttp.DigestAuthMiddleware(first.user, first.password)]}
    return {"auth": aiohttp.BasicAuth(first.user, first.password)}


async def run(calls):
    timeout = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(timeout=timeout, **settings(calls[0])) as session:
        for call in calls:
            try:
                async with session.request(
                    call.method, call.url, data=call.content, headers=call.fields
                ) as got:
                    answer(call, got.status, await got.text())
            except Exception as why:
                failure(call, why)


say(version=aiohttp.__version__)
for calls in sessions():
    try:
        asyncio.run(run(calls))
    except Exception as why:
        for call in calls:
            failure(call, why)
