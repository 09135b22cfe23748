// What scripts of other origins get of examples/conformance_server, which lets them ask by CORS, and
// when a browser asks a person for a password meanwhile.
//
//     node tests/browser/cors.mjs ORIGIN

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { Tab, run } from "./devtools.mjs";

const origin = process.argv[2].startsWith("http") ? process.argv[2] : `http://${process.argv[2]}`;

/** What a script of this tab gets, or that it gets nothing. */
const ask = (tab, path, options = {}) => tab.evaluate(`
  fetch("${origin}${path}", ${JSON.stringify(options)}).then(
    (it) => [it.status, it.headers.get("www-authenticate")?.split(" ")[0] ?? null],
    () => "network error")`);

async function elsewhere() {
  const server = createServer((_, response) =>
    response.setHeader("content-type", "text/html").end("<!doctype html><title>other</title>"));
  await new Promise((listening) => server.listen(0, "localhost", listening));
  server.unref();
  const tab = await Tab.open();
  await tab.visit(`http://localhost:${server.address().port}/`);
  return tab;
}

const alice = { authorization: `Basic ${btoa("alice:wonderland")}` };

const checks = {
  // Fetch, HTTP-network-or-cache fetch: no prompt where the answer is of CORS.
  async "a script of another origin reads a 401 and its challenge, and nobody is asked"() {
    const tab = await elsewhere();
    assert.deepEqual(await ask(tab, "/basic"), [401, "Basic"]);
    assert.deepEqual(await ask(tab, "/digest"), [401, "Digest"]);
    assert.deepEqual(await ask(tab, "/apikey"), [401, "ApiKey"]);
    assert.deepEqual(tab.prompts, []);
  },

  async "a preflight gets past the door, and the request after it is judged"() {
    const tab = await elsewhere();
    assert.deepEqual(await ask(tab, "/basic", { headers: alice }), [200, null]);
    assert.deepEqual(await ask(tab, "/forbidden", { headers: alice }), [403, null]);
    assert.deepEqual(await ask(tab, "/apikey", { headers: { "x-api-key": "key-of-robot-1" } }), [200, null]);
    assert.deepEqual(await ask(tab, "/apikey", { headers: { "x-api-key": "revoked-key" } }), [401, "ApiKey"]);
    assert.deepEqual(tab.prompts, []);
  },

  // A field that a script sets goes along, whatever the credentials mode.
  async "a field of a script's own survives where credentials are omitted"() {
    const tab = await elsewhere();
    assert.deepEqual(await ask(tab, "/basic", { headers: alice, credentials: "omit" }), [200, null]);
  },

  // `Access-Control-Allow-Origin: *` is none where credentials are included.
  async "an answer for everybody is none for a script that includes credentials"() {
    assert.equal(await ask(await elsewhere(), "/basic", { credentials: "include" }), "network error");
  },

  async "a field that is not listed is not sent"() {
    const options = { headers: { ...alice, "x-other": "1" } };
    assert.equal(await ask(await elsewhere(), "/basic", options), "network error");
  },

  async "a script of the same origin makes the browser ask where it knows the scheme"() {
    const tab = await Tab.open();
    await tab.visit(`${origin}/health`);
    assert.deepEqual(await ask(tab, "/apikey"), [401, "ApiKey"]);
    assert.deepEqual(await ask(tab, "/session"), [401, "Cookie"]);
    assert.equal(tab.prompts.length, 0);
    assert.deepEqual(await ask(tab, "/basic"), [401, "Basic"]);
    assert.deepEqual(tab.prompts.map((it) => it.scheme), ["basic"]);
    assert.deepEqual(await ask(tab, "/basic", { credentials: "omit" }), [401, "Basic"]);
    assert.equal(tab.prompts.length, 1);
  },
};

await run(checks);
