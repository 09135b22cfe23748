"""The official Python client against `examples/mcp_server`: `python client.py ORIGIN`.

It is given the server's URL and nothing else. Each line that it prints is something that worked;
the last one is `done`.
"""

import asyncio
import sys
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

CALLBACK = "http://127.0.0.1:9/callback"


class Storage:
    """Remembers what the SDK hands over."""

    tokens = None
    client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


class Approver:
    """Approves in the place of a person, and follows the redirect as a browser does."""

    def __init__(self, origin):
        self.origin = origin
        self.asked = []

    async def redirect(self, url):
        query = parse_qs(urlsplit(url).query)
        assert query["resource"] == [f"{self.origin}/mcp"], query
        self.asked.append(set(query["scope"][0].split(" ")))
        async with httpx2.AsyncClient() as browser:
            answer = await browser.get(url, follow_redirects=False)
        location = answer.headers["location"]
        assert location.startswith(CALLBACK), location
        self.answer = parse_qs(urlsplit(location).query)

    async def callback(self):
        return AuthorizationCodeResult(
            code=self.answer["code"][0],
            state=self.answer["state"][0],
            iss=self.answer["iss"][0],
        )


async def main(origin):
    approver, storage = Approver(origin), Storage()
    provider = OAuthClientProvider(
        server_url=f"{origin}/mcp",
        client_metadata=OAuthClientMetadata(
            client_name="tower-auth test",
            redirect_uris=[CALLBACK],
            grant_types=["authorization_code"],
            token_endpoint_auth_method="none",
        ),
        storage=storage,
        redirect_handler=approver.redirect,
        callback_handler=approver.callback,
    )
    seen = []

    async def note(response):
        seen.append((response.request.method, response.request.url.path, response.status_code))

    hooks = {"response": [note]}
    async with httpx2.AsyncClient(auth=provider, event_hooks=hooks, timeout=30) as http:
        transport = streamable_http_client(f"{origin}/mcp", http_client=http)
        async with Client(transport) as client:
            assert storage.client is not None and storage.tokens is not None
            assert approver.asked == [{"notes:read"}], approver.asked
            print("found the authorization server by the 401, registered, and got a token")

            tools = await client.list_tools()
            assert [tool.name for tool in tools.tools] == ["list_notes", "add_note"]
            listed = await client.call_tool("list_notes", {})
            assert not listed.is_error, listed
            print("called a tool")

            added = await client.call_tool("add_note", {"text": "from Python"})
            assert added.content[0].text.endswith(" notes"), added
            assert approver.asked[1] == {"notes:read", "notes:write"}, approver.asked
            print("went back for the scope that the 403 names, keeping the other one")

            listed = await client.call_tool("list_notes", {})
            assert "alice: from Python" in listed.content[0].text, listed
            print("called the other tool")
    print("done")


asyncio.run(main(sys.argv[1]))
