// A headless Chromium, spoken to in the Chrome DevTools Protocol over a pipe: it needs Node and
// Chromium and nothing else. https://chromedevtools.github.io/devtools-protocol/

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const profile = mkdtempSync(join(tmpdir(), "tower-auth-browser-"));
const browser = spawn(process.env.CHROMIUM ?? "chromium", [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
  `--user-data-dir=${profile}`, "--remote-debugging-pipe",
], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
const gone = new Promise((resolve) => browser.on("error", resolve).on("exit", resolve));
gone.then((why) => finish(new Error(`the browser is gone: ${why}`)));
let alarm;
allow(90);

let finished = false;

/** How long this may take in all. */
export function allow(seconds) {
  clearTimeout(alarm);
  alarm = setTimeout(() => finish(new Error(`took longer than ${seconds} s`)), 1000 * seconds);
}

/** Ends the browser and this program: well, or with an error. */
export async function finish(error) {
  if (finished) return;
  finished = true;
  if (error) console.error(error);
  send("Browser.close").catch(() => {});
  await Promise.race([gone, new Promise((later) => setTimeout(later, 5_000))]);
  browser.kill();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  process.exit(error ? 1 : 0);
}

/** Runs all checks, each a function under its name, and ends as they do. */
export async function run(checks) {
  try {
    for (const [name, check] of Object.entries(checks)) {
      await check();
      console.log(`ok: ${name}`);
    }
    await finish();
  } catch (error) {
    await finish(error);
  }
}

// The protocol: JSON messages that end with a zero byte, written to fd 3 and read from fd 4.

const [output, input] = [browser.stdio[3], browser.stdio[4]];
output.on("error", () => {}); // the browser is gone, which is noticed elsewhere
const waiting = new Map();
const tabs = new Map();
let messages = 0, pending = "";

export function send(method, params = {}, sessionId = undefined) {
  const id = ++messages;
  output.write(JSON.stringify({ id, method, params, sessionId }) + "\0");
  return new Promise((resolve, reject) => waiting.set(id, { method, resolve, reject }));
}

input.setEncoding("utf8").on("data", (text) => {
  const parts = (pending + text).split("\0");
  pending = parts.pop();
  for (const message of parts.map((part) => JSON.parse(part))) {
    const { id, error, result, method, params, sessionId } = message;
    if (id === undefined) { tabs.get(sessionId)?.on(method, params); continue; }
    const { method: asked, resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(`${asked}: ${error.message}`)); else resolve(result);
  }
});

/** A tab with a memory of its own: nothing that one tab has learned is known to another. */
export class Tab {
  prompts = [];
  answers = [];
  exceptions = [];

  static async open() {
    const tab = new this();
    const { browserContextId } = await send("Target.createBrowserContext");
    const { targetId } = await send("Target.createTarget", { url: "about:blank", browserContextId });
    const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
    tab.session = sessionId;
    tabs.set(sessionId, tab);
    for (const domain of ["Page", "Runtime", "Network"]) await tab.send(`${domain}.enable`);
    await tab.send("Fetch.enable", { handleAuthRequests: true });
    return tab;
  }

  send(method, params) { return send(method, params, this.session); }

  on(method, params) {
    const { requestId } = params;
    if (method === "Fetch.requestPaused") this.send("Fetch.continueRequest", { requestId });
    if (method === "Page.loadEventFired") this.loaded?.();
    if (method === "Runtime.exceptionThrown") this.exceptions.push(params.exceptionDetails);
    if (method === "Network.responseReceived" && params.type === "Document") {
      this.status = params.response.status;
    }
    // The moment at which a person would see the password prompt.
    if (method === "Fetch.authRequired") {
      this.prompts.push(params.authChallenge);
      const [username, password] = this.answers.shift() ?? [];
      const authChallengeResponse = username === undefined
        ? { response: "CancelAuth" } : { response: "ProvideCredentials", username, password };
      this.send("Fetch.continueWithAuth", { requestId, authChallengeResponse });
    }
  }

  /** Goes to `url`, answering prompts with `answers` and cancelling the one after the last. */
  async visit(url, ...answers) {
    Object.assign(this, { prompts: [], answers, status: undefined });
    const loaded = new Promise((resolve) => { this.loaded = resolve; });
    await this.send("Page.navigate", { url });
    await loaded;
    return { status: this.status, prompts: this.prompts };
  }

  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate",
      { expression, returnByValue: true, awaitPromise: true });
    assert.equal(exceptionDetails, undefined, expression);
    return result.value;
  }

  /** Presses the mouse button where the element is. */
  async click(element) {
    const point = await this.evaluate(`(() => {
      const element = ${element};
      element.scrollIntoView({ block: "center" });
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    })()`);
    for (const type of ["mousePressed", "mouseReleased"]) {
      await this.send("Input.dispatchMouseEvent", { type, ...point, button: "left", clickCount: 1 });
    }
  }
}
