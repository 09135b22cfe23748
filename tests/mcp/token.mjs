// The official TypeScript client with a token that it was given, against
// `examples/conformance_server`: `node token.mjs URL TOKEN`. Each line that it prints is something
// that worked; the last one is `done`.

import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [url, token] = process.argv.slice(2);

function connect(token) {
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit });
  const client = new Client({ name: "tower-auth test", version: "1" });
  return client.connect(transport).then(() => client);
}

await assert.rejects(connect(`${token}x`), { code: 401 });
console.log("was refused with a wrong token");

const client = await connect(token);
assert.deepEqual(client.getServerVersion(), { name: "conformance", version: "1" });
console.log("was let in with the right one");
assert.deepEqual((await client.listTools()).tools, []);
await client.ping();
await client.close();
console.log("asked for the tools\ndone");
