// What a browser makes of examples/quickstart: when it asks for a password, and what its page says.
//
//     node tests/browser/quickstart.mjs ORIGIN [DIRECTORY FOR SCREENSHOTS]

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Tab as AnyTab, run } from "./devtools.mjs";

const [origin, screenshots] = process.argv.slice(2);

class Tab extends AnyTab {
  visit(path, ...answers) { return super.visit(origin + path, ...answers); }

  async screenshot(name, width) {
    await this.send("Emulation.setDeviceMetricsOverride",
      { width, height: 844, deviceScaleFactor: 1, mobile: width < 500 });
    const needed = await this.evaluate("document.documentElement.scrollWidth");
    assert.ok(needed <= width, `${name} is ${needed} px wide on a screen of ${width}`);
    if (!screenshots) return;
    const { data } = await this.send("Page.captureScreenshot", { captureBeyondViewport: true });
    writeFileSync(join(screenshots, `${name}.png`), Buffer.from(data, "base64"));
  }
}

const checks = {
  async "a Basic challenge makes the browser ask, and the right password lets it in"() {
    const tab = await Tab.open();
    const cancelled = await tab.visit("/basic");
    assert.equal(cancelled.status, 401);
    assert.deepEqual(cancelled.prompts, [{ source: "Server", origin, scheme: "basic", realm: "quickstart" }]);
    assert.equal((await tab.visit("/basic", ["alice", "wonderland"])).status, 200);
    assert.match(await tab.evaluate("document.body.innerText"), /hello alice, you came with Basic/);
    const again = await tab.visit("/basic");
    assert.deepEqual([again.status, again.prompts.length], [200, 0], "the browser remembers");
  },

  async "a wrong password makes the browser ask again"() {
    const tab = await Tab.open();
    const { status, prompts } = await tab.visit("/basic", ["alice", "12345"], ["alice", "wonderland"]);
    assert.deepEqual([status, prompts.length], [200, 2]);
  },

  async "a Bearer challenge does not make the browser ask"() {
    const { status, prompts } = await (await Tab.open()).visit("/bearer");
    assert.deepEqual([status, prompts], [401, []]);
  },

  async "of several challenges the browser finds the one that it can answer"() {
    const { status, prompts } = await (await Tab.open()).visit("/me", ["bob", "builder"]);
    assert.deepEqual([status, prompts.length], [200, 1]);
  },

  async "a 403 does not make the browser ask"() {
    const { status, prompts } = await (await Tab.open()).visit("/admin", ["bob", "builder"]);
    assert.deepEqual([status, prompts.length], [403, 1]);
  },

  async "the page shows the status, the challenges, and what they mean"() {
    const tab = await Tab.open();
    // What the browser remembers must not leak into what the page sends.
    await tab.visit("/basic", ["alice", "wonderland"]);
    assert.equal((await tab.visit("/")).status, 200);
    await tab.screenshot("before", 1000);
    for (const [caller, route, status, offers, explanation] of [
      ["nobody", "/public", "200 OK", [], /Nobody asked/],
      ["nobody", "/me", "401 Unauthorized", ["Basic", "Bearer", "ApiKey"], /does not know who you are/],
      ["alice", "/me", "200 OK", [], /You are in/],
      ["wrong password", "/me", "401 Unauthorized", ["Basic", "Bearer", "ApiKey"], /does not prove/],
      ["reader", "/orders", "200 OK", [], /You are in/],
      ["guest", "/orders", "403 Forbidden", ["Bearer"], /you may not/],
      ["expired", "/orders", "401 Unauthorized", ["Basic", "Bearer", "ApiKey"], /does not prove/],
      ["robot", "/me", "200 OK", [], /You are in/],
      ["two at once", "/me", "400 Bad Request", ["Basic", "Bearer", "ApiKey"], /two proofs/],
      ["Digest", "/me", "401 Unauthorized", ["Basic", "Bearer", "ApiKey"], /does not take/],
      ["bob", "/admin", "403 Forbidden", [], /you may not/],
      ["alice", "/bearer", "401 Unauthorized", ["Bearer"], /does not take/],
      ["robot", "/basic", "401 Unauthorized", ["Basic"], /does not take/],
      ["nobody", "/basic", "401 Unauthorized", ["Basic"], /does not know who you are/],
    ]) {
      const shown = await ask(tab, caller, route);
      assert.deepEqual({ ...shown, explanation: null }, { status, offers, explanation: null },
        `${caller} asks for ${route}`);
      assert.match(shown.explanation, explanation, `${caller} asks for ${route}`);
    }
    assert.deepEqual(tab.prompts, [], "the page never makes the browser ask");
    assert.deepEqual(tab.exceptions, []);
  },

  async "the page fits on wide and narrow screens"() {
    const tab = await Tab.open();
    await tab.visit("/");
    await ask(tab, "nobody", "/me");
    await tab.screenshot("wide-401", 1000);
    await tab.screenshot("narrow-401", 390);
    await ask(tab, "guest", "/orders");
    await tab.screenshot("narrow-403", 390);
    await tab.send("Emulation.setEmulatedMedia",
      { features: [{ name: "prefers-color-scheme", value: "dark" }] });
    await tab.screenshot("dark-403", 1000);
  },
};

/** Picks a caller and a route on the page, presses the button, and reads what is shown. */
async function ask(tab, caller, route) {
  await tab.click(`document.querySelector('input[value="${caller}"]').parentElement`);
  await tab.click(`document.querySelector('input[value="${route}"]').parentElement`);
  await tab.evaluate(`document.getElementById("status").textContent = ""`);
  await tab.click(`document.querySelector("#request button")`);
  return tab.evaluate(`(async () => {
    const text = (id) => document.getElementById(id).innerText;
    const visible = (id) => document.getElementById(id).offsetParent !== null;
    while (!text("status")) await new Promise((later) => setTimeout(later, 10));
    const codes = visible("offers") ? [...document.querySelectorAll("#challenges code")] : [];
    return {
      status: text("status"),
      offers: codes.map((code) => code.innerText.split(" ")[0]),
      explanation: text("explanation"),
    };
  })()`);
}

await run(checks);
