"""httpx, with one `Client` a session; HTTP/2 with prior knowledge where HTTP/1.1 is taken away."""

import httpx
from plan import answer, failure, in_time, say, sessions

say(version=httpx.__version__)
for calls in sessions():
    first = calls[0]
    auth = httpx.DigestAuth if first.digest else httpx.BasicAuth
    auth = None if first.anonymous else auth(first.user, first.password)
    settings = {"http1": first.http == "1.1", "http2": first.http == "2", "timeout": 20}
    with httpx.Client(auth=auth, **settings) as client:
        for call in in_time(calls):
            try:
                got = client.request(
                    call.method, call.url, content=call.content, headers=call.fields
                )
                assert got.http_version == f"HTTP/{call.http}", got.http_version
                challenges = got.headers.get_list("www-authenticate")
                answer(call, got.status_code, got.text, challenges)
            except Exception as why:
                failure(call, why)
