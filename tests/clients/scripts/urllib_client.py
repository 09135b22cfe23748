"""urllib.request of Python's standard library, with one opener a session."""

import platform
import sys
import urllib.error
import urllib.parse
import urllib.request

from plan import answer, failure, in_time, say, sessions


def opener(first):
    handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor()]
    if not first.anonymous:
        known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        # For the whole origin, not only for what lies below the first page.
        origin = urllib.parse.urljoin(first.url, "/")
        known.add_password(None, origin, first.user, first.password)
        if first.scheme != "digest":
            handlers.append(urllib.request.HTTPBasicAuthHandler(known))
        if first.digest:
            handlers.append(urllib.request.HTTPDigestAuthHandler(known))
    return urllib.request.build_opener(*handlers)


newer = ["SHA-256"] if sys.version_info >= (3, 14) else []
say(version=platform.python_version(), algorithms=["MD5", *newer])
for calls in sessions():
    session = opener(calls[0])
    for call in in_time(calls):
        request = urllib.request.Request(
            call.url, data=call.content, headers=call.fields, method=call.method
        )
        try:
            got = session.open(request, timeout=20)
        except urllib.error.HTTPError as refusal:
            got = refusal
        except Exception as why:
            failure(call, why)
            continue
        challenges = got.headers.get_all("www-authenticate", [])
        answer(call, got.status, got.read().decode(), challenges)
