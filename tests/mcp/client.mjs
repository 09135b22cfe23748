// The official TypeScript client against `examples/mcp_server`: `node client.mjs ORIGIN`.
//
// It is given the server's URL and nothing else. Each line that it prints is something that worked;
// the last one is `done`.

import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const origin = process.argv[2];
const url = new URL(`${origin}/mcp`);

/** Remembers what the SDK hands over, and approves in the place of a person. */
class Approver {
  redirectUrl = "http://127.0.0.1:9/callback";
  clientMetadata = {
    client_name: "tower-auth test",
    redirect_uris: [this.redirectUrl],
    grant_types: ["authorization_code"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  };
  asked = [];

  state() { return "state-of-this-test"; }
  clientInformation() { return this.client; }
  saveClientInformation(client) { this.client = client; }
  tokens() { return this.saved; }
  saveTokens(tokens) { this.saved = tokens; }
  codeVerifier() { return this.verifier; }
  saveCodeVerifier(verifier) { this.verifier = verifier; }

  /** What a browser does: follows the authorization server's redirect, here up to the code. */
  async redirectToAuthorization(url) {
    this.asked.push(url.searchParams.get("scope"));
    assert.equal(url.searchParams.get("resource"), `${origin}/mcp`);
    const answer = await fetch(url, { redirect: "manual" });
    const location = new URL(answer.headers.get("location"));
    assert.equal(location.origin + location.pathname, this.redirectUrl);
    assert.equal(location.searchParams.get("state"), this.state());
    assert.equal(location.searchParams.get("iss"), origin);
    this.code = location.searchParams.get("code");
  }
}

const requests = [];
const spy = async (input, init) => {
  const answer = await fetch(input, init);
  requests.push(`${init?.method ?? "GET"} ${new URL(input).pathname} ${answer.status}`);
  return answer;
};
const provider = new Approver();
const connect = () => {
  const transport = new StreamableHTTPClientTransport(url, { authProvider: provider, fetch: spy });
  const client = new Client({ name: "tower-auth test", version: "1" });
  return { transport, client };
};

const first = connect();
await assert.rejects(first.client.connect(first.transport), UnauthorizedError);
assert.deepEqual(requests, [
  "POST /mcp 401",
  "GET /.well-known/oauth-protected-resource/mcp 200",
  "GET /.well-known/oauth-authorization-server 200",
  "POST /register 201",
]);
console.log("found the authorization server by the 401, and registered");

await first.transport.finishAuth(provider.code);
assert.deepEqual(provider.asked, ["notes:read"]);
console.log("got a token for the scope that the 401 names");

const { transport, client } = connect();
await client.connect(transport);
const { tools } = await client.listTools();
assert.deepEqual(tools.map(tool => tool.name), ["list_notes", "add_note"]);
const listed = await client.callTool({ name: "list_notes", arguments: {} });
assert.equal(listed.content[0].type, "text");
console.log("called a tool");

const add = { name: "add_note", arguments: { text: "from TypeScript" } };
await assert.rejects(client.callTool(add), UnauthorizedError);
assert.deepEqual(provider.asked, ["notes:read", "notes:write"]);
await transport.finishAuth(provider.code);
console.log("went back for the scope that the 403 names");

const added = await client.callTool(add);
assert.match(added.content[0].text, /^\d+ notes$/);
const again = await client.callTool({ name: "list_notes", arguments: {} });
assert.match(again.content[0].text, /alice: from TypeScript/);
await client.close();
console.log("called the other tool\ndone");
