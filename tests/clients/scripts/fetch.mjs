// `fetch` of Node, which is undici. It has no schemes: a program writes the field itself.

import { run } from "./plan.mjs";

await run(process.versions.node, async (call, headers) => {
  const { method, url, scheme, body } = call;
  const own = scheme === "none" ? {} : { authorization: call.basic };
  const got = await fetch(url, { method, body, headers: { ...headers, ...own } });
  const { status } = got;
  return [status, await got.text(), got.headers.get("www-authenticate"), got.headers.getSetCookie()];
});
