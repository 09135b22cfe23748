// Chromium, with one profile a session. A prompt is answered once: the second time it is cancelled.

import { readFileSync } from "node:fs";
import { Tab, finish, send } from "../../browser/devtools.mjs";

const say = (what) => console.log(JSON.stringify(what));

/** A page whose form sends `body` to `url`, as a browser posts. */
function form(url, body) {
  const fields = [...new URLSearchParams(body)]
    .map(([name, value]) => `<input name="${name}" value="${value}">`).join("");
  const page = `<form method="post" action="${url}">${fields}</form>`;
  return `data:text/html,${encodeURIComponent(page)}`;
}

async function post(tab, url, body, ...answers) {
  await tab.visit(form(url, body));
  Object.assign(tab, { prompts: [], answers, status: undefined });
  const loaded = new Promise((resolve) => { tab.loaded = resolve; });
  await tab.evaluate(`document.forms[0].submit()`);
  await loaded;
}

async function step(tab, [id, , , , method, url, user, password, body]) {
  const late = new Promise((_, no) => setTimeout(no, 20_000, new Error("took longer than 20 s")));
  try {
    const visit = method === "POST"
      ? post(tab, url, body, [user, password]) : tab.visit(url, [user, password]);
    await Promise.race([visit, late]);
    if (tab.status === undefined) throw new Error("no answer");
    const text = await tab.evaluate("document.documentElement.innerText");
    say({ step: id, status: tab.status, detail: text.trim().slice(0, 200) });
  } catch (why) {
    say({ step: id, status: 0, detail: String(why) });
  }
}

try {
  const { product } = await send("Browser.getVersion");
  say({ version: product.split("/")[1] });
  let tab, session;
  for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    const call = line.split("\t");
    if (call[1] !== session) { tab = await Tab.open(); session = call[1]; }
    await step(tab, call);
  }
  finish();
} catch (error) {
  finish(error);
}
