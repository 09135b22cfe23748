"""aiohttp, with one `ClientSession` a session; Digest is a middleware of it."""

import asyncio

import aiohttp
from plan import answer, failure, in_time, say, sessions


def settings(first):
    if first.anonymous:
        return {}
    if first.digest:
        return {"middlewares": [aiohttp.DigestAuthMiddleware(first.user, first.password)]}
    return {"auth": aiohttp.BasicAuth(first.user, first.password)}


async def run(calls):
    timeout = aiohttp.ClientTimeout(total=20)
    # Without `unsafe` it takes no cookies from an IP address.
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(
        timeout=timeout, cookie_jar=jar, **settings(calls[0])
    ) as session:
        for call in in_time(calls):
            try:
                async with session.request(
                    call.method, call.url, data=call.content, headers=call.fields
                ) as got:
                    challenges = got.headers.getall("www-authenticate", [])
                    answer(call, got.status, await got.text(), challenges)
            except Exception as why:
                failure(call, why)


say(version=aiohttp.__version__)
for calls in sessions():
    try:
        asyncio.run(run(calls))
    except Exception as why:
        for call in calls:
            failure(call, why)
