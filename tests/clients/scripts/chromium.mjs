// Chromium, with one profile a session. With a password it goes to a page, where a prompt is answered
// once: the second time it is cancelled. Without, it goes to pages, or calls from the page of a site:
// of another one, or of the same where it is to use its cookies.

import { calls, say } from "./plan.mjs";
import { Tab, allow, finish, send } from "../../browser/devtools.mjs";

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

async function navigate(tab, { method, url, scheme, user, password, body }) {
  const answers = scheme === "none" ? [] : [[user, password]];
  await (method === "POST" ? post(tab, url, body, ...answers) : tab.visit(url, ...answers));
  if (tab.status === undefined) throw new Error("no answer");
  const text = await tab.evaluate("document.documentElement.innerText");
  return { status: tab.status, text, challenge: tab.prompts.at(-1)?.scheme ?? "" };
}

async function call(tab, { method, url, headers, body }, site) {
  await tab.visit(site.href);
  const options = JSON.stringify({ method, headers, body });
  return tab.evaluate(`fetch(${JSON.stringify(url)}, ${options}).then(async (got) => ({
    status: got.status, text: await got.text(),
    challenge: got.headers.get("www-authenticate") ?? "",
  }))`);
}

async function step(tab, one) {
  const { id, scheme, session, method, headers, url } = one;
  const late = new Promise((_, no) => setTimeout(no, 60_000, new Error("took longer than 60 s")));
  const ownSite = session.endsWith("cookies");
  const site = new URL("/health", url);
  if (!ownSite) site.hostname = "localhost";
  const isCall = scheme === "none" && (method !== "GET" || Object.keys(headers).length > 0);
  try {
    const done = isCall ? call(tab, one, site) : navigate(tab, one);
    const { status, text, challenge } = await Promise.race([done, late]);
    say({ step: id, status, detail: text.trim().slice(0, 200), challenge });
  } catch (why) {
    say({ step: id, status: 0, detail: String(why) });
  }
}

allow(300);
try {
  const { product } = await send("Browser.getVersion");
  say({ version: product.split("/")[1] });
  const bySession = new Map();
  for (const one of calls()) {
    bySession.set(one.session, [...(bySession.get(one.session) ?? []), one]);
  }
  const sessions = [...bySession.values()];
  // Several at a time: each mostly waits.
  const worker = async () => {
    for (let session; (session = sessions.shift()); ) {
      const tab = await Tab.open();
      for (const one of session) {
        await new Promise((later) => setTimeout(later, 1000 * one.wait));
        await step(tab, one);
      }
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  finish();
} catch (error) {
  finish(error);
}
