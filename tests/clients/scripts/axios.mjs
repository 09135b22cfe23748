// axios, with its option `auth`.

import { createRequire } from "node:module";
import axios from "axios";
import { run } from "./plan.mjs";

const { version } = createRequire(import.meta.url)("axios/package.json");

await run(version, async ({ method, url, scheme, user, password, body }, headers) => {
  const auth = scheme === "none" ? undefined : { username: user, password };
  const got = await axios.request({
    method, url, headers, auth, data: body, proxy: false, timeout: 20_000,
    responseType: "text", transformResponse: (text) => text, validateStatus: () => true,
  });
  return [got.status, got.data, got.headers["www-authenticate"], got.headers["set-cookie"]];
});
