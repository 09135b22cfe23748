// The module `http2` of Node, in clear text with prior knowledge. It has no schemes: a program writes
// the field itself.

import http2 from "node:http2";
import { run } from "./plan.mjs";

const ask = ({ method, url, scheme, basic, body }, headers, session) =>
  new Promise((resolve, reject) => {
    const { pathname, search } = new URL(url);
    const own = scheme === "none" ? {} : { authorization: basic };
    const fields = { ":method": method, ":path": pathname + search, ...headers, ...own };
    const request = session.request(fields);
    let text = "", got;
    request.on("response", (head) => { got = head; });
    request.setEncoding("utf8").on("data", (part) => { text += part; }).on("error", reject);
    request.on("end", () =>
      resolve([got[":status"], text, got["www-authenticate"], got["set-cookie"]]));
    request.end(body);
  });

const open = ({ url }) => http2.connect(new URL(url).origin).on("error", () => {});
await run(process.versions.node, ask, open, (session) => session?.close());
