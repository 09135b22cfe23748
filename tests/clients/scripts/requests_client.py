"""requests, with one `Session` a session."""

import requests
from plan import answer, failure, in_time, say, sessions
from requests.auth import HTTPBasicAuth, HTTPDigestAuth

say(version=requests.__version__)
for calls in sessions():
    first = calls[0]
    auth = HTTPDigestAuth if first.digest else HTTPBasicAuth
    with requests.Session() as session:
        session.trust_env = False
        session.auth = None if first.anonymous else auth(first.user, first.password)
        for call in in_time(calls):
            try:
                got = session.request(
                    call.method, call.url, data=call.content, headers=call.fields, timeout=20
                )
                challenge = got.headers.get("www-authenticate", "")
                answer(call, got.status_code, got.text, [challenge])
            except Exception as why:
                failure(call, why)
