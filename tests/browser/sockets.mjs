// What a browser makes of the WebSockets of tests/beside/tests/web_sockets.rs: which it opens, for
// whose pages, and how they end.
//
//     node tests/browser/sockets.mjs ORIGIN TOKEN COOKIE

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { Tab, run } from "./devtools.mjs";

const [origin, token, cookie] = process.argv.slice(2);
const chat = `${origin.replace("http", "ws")}/chat`;

/** Opens a socket from the page of a tab: the protocol, what is said there, and how it ends. */
const open = (tab, protocols) => tab.evaluate(`new Promise((resolve) => {
  const socket = new WebSocket("${chat}", ${JSON.stringify(protocols)});
  const seen = {};
  socket.onopen = () => { seen.protocol = socket.protocol; socket.send("hello"); };
  socket.onmessage = ({ data }) => { seen.said = data; socket.close(); };
  socket.onclose = ({ code }) => resolve({ ...seen, code });
})`);

/** A tab with the page of another origin, or our own. */
async function at(url, ...cookies) {
  const tab = await Tab.open();
  for (const pair of cookies) {
    const [name, value] = pair.split("=");
    await tab.send("Network.setCookie",
      { url: origin, name, value, path: "/", secure: true, httpOnly: true, sameSite: "Lax" });
  }
  await tab.visit(url);
  return tab;
}

async function elsewhere(host) {
  const server = createServer((_, response) => response.end("<!doctype html>"));
  await new Promise((listening) => server.listen(0, host, listening));
  server.unref();
  return `http://${host}:${server.address().port}/`;
}

const checks = {
  async "a page opens a socket with a token beside the protocol"() {
    const tab = await at(origin);
    const seen = await open(tab, ["chat", `bearer.${token}`]);
    assert.deepEqual(seen, { protocol: "chat", said: "importer: hello", code: 1005 });
  },

  // No cookie goes along, and a token is no thing that a browser adds: it needs no evidence.
  async "so does a page of another site"() {
    const tab = await at(await elsewhere("localhost"));
    assert.equal((await open(tab, ["chat", `bearer.${token}`])).said, "importer: hello");
  },

  // The browser closes a socket on which it offered protocols and none was chosen.
  async "a page that offers nothing beside the token gets no socket"() {
    assert.equal((await open(await at(origin), [`bearer.${token}`])).said, undefined);
  },

  async "a wrong token opens nothing"() {
    assert.deepEqual(await open(await at(origin), ["chat", "bearer.wrong"]), { code: 1006 });
  },

  async "a session opens a socket for a page of its own"() {
    const tab = await at(origin, cookie);
    assert.deepEqual(await open(tab, []), { protocol: "", said: "alice: hello", code: 1005 });
  },

  // Another port is another origin of the same site, to which the cookie is sent.
  async "a session opens none for the page of another origin"() {
    const tab = await at(await elsewhere("127.0.0.1"), cookie);
    assert.deepEqual(await open(tab, []), { code: 1006 });
  },

  async "a session and a token at once open none"() {
    assert.deepEqual(await open(await at(origin, cookie), ["chat", `bearer.${token}`]), { code: 1006 });
  },
};

await run(checks);
