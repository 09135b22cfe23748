// What a browser makes of examples/sessions: where it is sent, which cookie it keeps, and what other
// sites can make it do.
//
//     node tests/browser/sessions.mjs ORIGIN [DIRECTORY FOR SCREENSHOTS]

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { Tab as AnyTab, run } from "./devtools.mjs";

const [origin, screenshots] = process.argv.slice(2);

class Tab extends AnyTab {
  visit(path) { return super.visit(new URL(path, origin).href); }

  /** Does what makes the browser load a page, and waits for it. */
  async loading(what) {
    this.status = undefined;
    const loaded = new Promise((resolve) => { this.loaded = resolve; });
    await what();
    await loaded;
    return { status: this.status, path: await this.path() };
  }

  path() { return this.evaluate("location.pathname + location.search"); }
  text() { return this.evaluate("document.body.innerText"); }
  press(label) {
    return this.loading(() => this.click(
      `[...document.querySelectorAll("button")].find((it) => it.innerText === "${label}")`));
  }

  async login(name, password) {
    for (const [field, text] of Object.entries({ name, password })) {
      await this.evaluate(`document.querySelector("[name=${field}]").focus()`);
      await this.send("Input.insertText", { text });
    }
    return this.press("Log in");
  }

  /** A tab of somebody who is logged in. */
  static async of(name, password) {
    const tab = await this.open();
    await tab.visit("/account");
    assert.equal((await tab.login(name, password)).path, "/account");
    return tab;
  }

  async cookies() { return (await this.send("Network.getCookies", { urls: [origin] })).cookies; }

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

/** Another site, whose page sends this form as soon as it is shown. */
async function elsewhere(host, path, fields = {}) {
  const inputs = Object.entries(fields).map(([name, value]) =>
    `<input type="hidden" name="${name}" value="${value}">`);
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end(
    `<form method="post" action="${origin}${path}">${inputs.join("")}<button>Win a prize</button></form>`));
  await new Promise((listening) => server.listen(0, host, listening));
  server.unref();
  return `http://${host}:${server.address().port}/`;
}

const checks = {
  async "a page without a session is a redirect to the login page, and back to it afterwards"() {
    const tab = await Tab.open();
    await tab.visit("/account?from=mail&x=%26");
    assert.equal(await tab.path(), "/login?next=%2Faccount%3Ffrom%3Dmail%26x%3D%2526");
    await tab.screenshot("login", 1000);
    await tab.screenshot("login-phone", 390);
    const wrong = await tab.login("alice", "wonder");
    assert.deepEqual([wrong.status, wrong.path], [401, "/login"]);
    assert.match(await tab.text(), /not the right name and password/);
    await tab.screenshot("login-again-phone", 390);
    const right = await tab.login("alice", "wonderland");
    assert.deepEqual(right, { status: 200, path: "/account?from=mail&x=%26" });
    assert.match(await tab.text(), /Hello alice/);
  },

  async "the login page leads nowhere else"() {
    for (const next of ["//example.com/", "/\\example.com", "https://example.com/", "javascript:alert(1)"]) {
      const tab = await Tab.open();
      await tab.visit(`/login?next=${encodeURIComponent(next)}`);
      assert.deepEqual(await tab.login("alice", "wonderland"), { status: 200, path: "/account" }, next);
    }
    const tab = await Tab.open();
    await tab.visit(`/login?next=${encodeURIComponent('"><script>document.title="x"</script>')}`);
    assert.equal(await tab.evaluate("document.title"), "Log in");
  },

  // Chromium takes a cookie that is `Secure` from http://127.0.0.1, the prefix notwithstanding.
  async "the browser keeps the cookie, for this host and for no script"() {
    const tab = await Tab.of("alice", "wonderland");
    const [cookie, ...others] = await tab.cookies();
    assert.equal(others.length, 0);
    const { name, domain, path, secure, httpOnly, sameSite, session } = cookie;
    assert.deepEqual({ name, domain, path, secure, httpOnly, sameSite, session }, {
      name: "__Host-session", domain: "127.0.0.1", path: "/", secure: true, httpOnly: true,
      sameSite: "Lax", session: true });
    assert.equal(await tab.evaluate("document.cookie"), "");
    await tab.evaluate(`document.cookie = "__Host-session=planted; path=/; secure"`);
    assert.deepEqual(await tab.cookies(), [cookie]);
  },

  async "a cookie that is no longer good is taken back"() {
    const tab = await Tab.open();
    await tab.send("Network.setCookie", { url: origin, name: "__Host-session", value: "A".repeat(43),
      path: "/", secure: true, httpOnly: true });
    assert.equal((await tab.cookies()).length, 1);
    await tab.visit("/account");
    assert.equal(await tab.path(), "/login?next=%2Faccount");
    assert.deepEqual(await tab.cookies(), []);
  },

  async "a login changes the cookie"() {
    const tab = await Tab.of("alice", "wonderland");
    const [before] = await tab.cookies();
    await tab.visit("/login");
    await tab.login("bob", "builder");
    const [after] = await tab.cookies();
    assert.notEqual(after.value, before.value);
    await tab.send("Network.setCookie", { ...before, url: origin, domain: undefined });
    await tab.visit("/account");
    assert.equal(await tab.path(), "/login?next=%2Faccount", "the old one is dead");
  },

  async "one browser sees the sessions of others, ends one, and all"() {
    const [here, there, third] = [await Tab.of("bob", "builder"), await Tab.of("bob", "builder"),
      await Tab.of("bob", "builder")];
    const other = await Tab.of("alice", "wonderland");
    await here.visit("/account");
    const rows = () => here.evaluate(`[...document.querySelectorAll("li")].map((it) => it.innerText)`);
    const before = await rows();
    assert.equal(before.filter((row) => /this one/.test(row)).length, 1);
    assert.match(before[0], /^Chrome on Linux from 127\.0\.0\.1\s+logged in just now, used just now/);
    await here.screenshot("account", 1000);
    await here.screenshot("account-phone", 390);

    await here.press("End");
    assert.equal((await rows()).length, before.length - 1);
    await here.press("Log out everywhere");
    for (const tab of [here, there, third]) {
      await tab.visit("/account");
      assert.equal(await tab.path(), "/login?next=%2Faccount");
      assert.deepEqual(await tab.cookies(), []);
    }
    await other.visit("/account");
    assert.match(await other.text(), /Hello alice/);
  },

  async "after logging out the back button shows nothing"() {
    const tab = await Tab.of("alice", "wonderland");
    assert.deepEqual(await tab.press("Log out"), { status: 200, path: "/login" });
    assert.deepEqual(await tab.cookies(), []);
    const { currentIndex, entries } = await tab.send("Page.getNavigationHistory");
    assert.equal(new URL(entries[currentIndex - 1].url).pathname, "/account");
    await tab.send("Page.navigateToHistoryEntry", { entryId: entries[currentIndex - 1].id });
    // Whether it is loaded anew or shown from memory, and so without an event, is the question.
    const left = Date.now() + 5_000;
    let text = "";
    do {
      await new Promise((later) => setTimeout(later, 100));
      text = await tab.text().catch(() => "");
      assert.doesNotMatch(text, /Hello/);
    } while (await tab.path() !== "/login?next=%2Faccount" && Date.now() < left);
    assert.equal(await tab.path(), "/login?next=%2Faccount");
  },

  // Another port is another origin of the same site: the browser sends the cookie along.
  async "a form of another origin is refused and ends nothing"() {
    const tab = await Tab.of("alice", "wonderland");
    await AnyTab.prototype.visit.call(tab, await elsewhere("127.0.0.1", "/logout-everywhere"));
    const { status } = await tab.press("Win a prize");
    assert.equal(status, 403);
    assert.match(await tab.text(), /not known to come from a page of this service/);
    await tab.visit("/account");
    assert.match(await tab.text(), /Hello alice/);
  },

  // Of another site it doesn't: nobody is known.
  async "a form of another site finds nobody"() {
    const tab = await Tab.of("alice", "wonderland");
    await AnyTab.prototype.visit.call(tab, await elsewhere("localhost", "/logout-everywhere"));
    assert.equal((await tab.press("Win a prize")).status, 401);
    await tab.visit("/account");
    assert.match(await tab.text(), /Hello alice/);
  },

  async "nobody can be logged in by another site's form"() {
    const tab = await Tab.open();
    const form = await elsewhere("127.0.0.1", "/login", { name: "bob", password: "builder" });
    await AnyTab.prototype.visit.call(tab, form);
    assert.equal((await tab.press("Win a prize")).status, 403);
    assert.deepEqual(await tab.cookies(), []);
  },

  async "a script of the service's own gets a 401 and no redirect"() {
    const tab = await Tab.open();
    await tab.visit("/login");
    const answer = await tab.evaluate(`fetch("/account").then((it) =>
      [it.status, it.redirected, it.headers.get("www-authenticate")])`);
    assert.deepEqual(answer, [401, false, 'Cookie form-action="/login", cookie-name="__Host-session"']);
    assert.equal(tab.prompts.length, 0);
  },
};

await run(checks);
