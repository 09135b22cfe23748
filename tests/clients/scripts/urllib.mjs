// urllib of Node, with its options `auth` and `digestAuth`; one agent with a cookie jar of ours.

import { createRequire } from "node:module";
import { HttpClient } from "urllib";
import { run } from "./plan.mjs";

const { version } = createRequire(import.meta.url)("urllib/package.json");

await run(version, async ({ method, url, scheme, user, password, body }, headers, client) => {
  const option = { basic: "auth", digest: "digestAuth", any: "digestAuth" }[scheme];
  const login = option ? { [option]: `${user}:${password}` } : {};
  const got = await client.request(url, {
    method, headers, content: body, dataType: "text", timeout: 20_000, ...login,
  });
  return [got.status, got.data, got.headers["www-authenticate"], got.headers["set-cookie"]];
}, () => new HttpClient());
