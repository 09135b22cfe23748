"""What every Python client has in common: the plan comes in, one line a step goes out."""

import itertools
import json
import sys
import time
from typing import NamedTuple


class Call(NamedTuple):
    id: str
    session: str
    http: str
    scheme: str
    method: str
    url: str
    user: str
    password: str
    body: str
    headers: str
    wait: str

    @property
    def digest(self):
        """Where there is a choice, the better one."""
        return self.scheme in ("digest", "any")

    @property
    def anonymous(self):
        return self.scheme == "none"

    @property
    def fields(self):
        return dict(field.split(": ", 1) for field in self.headers.split("|") if field)

    @property
    def content(self):
        return self.body.encode() or None


def sessions():
    """The calls of one session after the other: one user, one scheme, one server."""
    lines = sys.stdin.buffer.read().decode().splitlines()
    calls = [Call(*line.split("\t")) for line in lines]
    for _, group in itertools.groupby(calls, key=lambda call: call.session):
        yield list(group)


def in_time(calls):
    """The calls, each when it is to be made."""
    for call in calls:
        time.sleep(float(call.wait or 0))
        yield call


def say(**what):
    print(json.dumps(what), flush=True)


def answer(call, status, text, challenges=()):
    say(step=call.id, status=status, detail=text.strip()[:200], challenge=", ".join(challenges))


def failure(call, why):
    say(step=call.id, status=0, detail=f"{type(why).__name__}: {why}"[:200])
