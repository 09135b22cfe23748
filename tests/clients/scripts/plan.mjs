// What every client in Node has in common: the plan comes in, one line a step goes out.

import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

export const say = (what) => console.log(JSON.stringify(what));

export const calls = () => readFileSync(0, "utf8").split("\n").filter(Boolean).map((line) => {
  const [id, session, http, scheme, method, url, user, password, body, fields, wait] =
    line.split("\t");
  const headers = Object.fromEntries(
    fields.split("|").filter(Boolean).map((field) => field.split(/: (.*)/s).slice(0, 2)));
  return {
    id, session, http, scheme, method, url, user, password, headers, wait,
    body: body || undefined,
    // What programs write that have to name the scheme themselves.
    basic: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
  };
});

export function answer(call, status, text, challenges) {
  const challenge = [challenges ?? []].flat().join(", ");
  say({ step: call.id, status, detail: text.trim().slice(0, 200), challenge });
}

export const failure = (call, why) =>
  say({ step: call.id, status: 0, detail: `${why.cause ?? why}`.slice(0, 200) });

/**
 * Makes each call by `ask(call, headers, session)`, which gives back `[status, text, challenges,
 * cookies]`. None of these clients keeps cookies by itself, so that this does it for them; `open` and
 * `close` are called for each session.
 */
export async function run(version, ask, open = () => {}, close = () => {}) {
  say({ version });
  let [name, session, jar] = [undefined, undefined, ""];
  for (const call of calls()) {
    if (call.session !== name) {
      close(session);
      [name, session, jar] = [call.session, open(call), ""];
    }
    await pause(1000 * call.wait);
    try {
      const headers = jar ? { ...call.headers, cookie: jar } : call.headers;
      const [status, text, challenges, cookies] = await ask(call, headers, session);
      jar = [cookies ?? []].flat().map((cookie) => cookie.split(";")[0]).join("; ") || jar;
      answer(call, status, text, challenges);
    } catch (why) {
      failure(call, why);
    }
  }
  close(session);
}
