// The module `http` of Node, with its option `auth`.

import http from "node:http";
import { run } from "./plan.mjs";

const ask = ({ method, url, scheme, user, password, body }, headers, agent) =>
  new Promise((resolve, reject) => {
    const auth = scheme === "none" ? undefined : `${user}:${password}`;
    const request = http.request(url, { method, headers, auth, agent, timeout: 20_000 }, (got) => {
      let text = "";
      got.setEncoding("utf8").on("data", (part) => { text += part; }).on("end", () => {
        const { "www-authenticate": challenge, "set-cookie": cookies } = got.headers;
        resolve([got.statusCode, text, challenge, cookies]);
      });
    });
    request.on("error", reject).end(body);
  });

await run(process.versions.node, ask,
  () => new http.Agent({ keepAlive: true }), (agent) => agent?.destroy());
