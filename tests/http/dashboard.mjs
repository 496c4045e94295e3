// Drives the dashboard of a running server in Chromium. dashboard_test.py starts the server and gives:
//   DASHBOARD_URL, DASHBOARD_PASSWORD, DASHBOARD_IDS (kept mails), DASHBOARD_SCREENSHOTS (a folder, or empty)
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const url = process.env.DASHBOARD_URL;
const password = process.env.DASHBOARD_PASSWORD;
const screenshots = process.env.DASHBOARD_SCREENSHOTS;
const hostile = process.env.DASHBOARD_HOSTILE;

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});
after(() => browser.close());

/** Opens the dashboard, notes what goes wrong in it, and closes it. */
async function visit(options, use) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, locale: "en-GB", timezoneId: "Europe/Berlin", ...options });
  const page = await context.newPage();
  const trouble = [];
  page.on("console", (message) => message.type() === "error" && !/status of (400|401|404|429)/.test(message.text()) && trouble.push(message.text()));
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("dialog", (dialog) => (trouble.push(`dialog ${dialog.message()}`), dialog.dismiss()));
  page.on("request", (request) => new URL(request.url()).origin !== url && !request.url().startsWith("data:") && trouble.push(`asks ${request.url()}`));
  await page.goto(url);
  await page.locator("h1").waitFor();
  try {
    await use(page);
  } finally {
    await context.close();
  }
  assert.deepEqual(trouble, []);
}

async function logIn(page, name = "anna") {
  await page.goto(`${url}/#/login`);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("button", { name: "Log out" }).waitFor();
}

async function go(page, place, title) {
  await page.goto(`${url}/#/${place}`);
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  await page.waitForLoadState("networkidle").catch(() => {});
}

async function accessible(page, name) {
  const found = await page.evaluate(`${axe}; axe.run().then(r => r.violations.map(v => v.id + ": " + v.nodes.map(n => n.html.slice(0, 120)).join(" | ")))`);
  assert.deepEqual(found, [], name);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name} is ${wide} px too wide`);
}

const places = [
  ["now", "Now"],
  ["events", "Events"],
  ["ready", "Ready"],
  ["quarantine", "Quarantine"],
  ["read", "What is this mail?"],
  ["password", "Change password"],
];

for (const theme of ["light", "dark"]) {
  for (const [device, width] of [["desk", 1100], ["phone", 360]]) {
    test(`each page is accessible: ${theme}, ${device}`, async () => {
      await visit({ colorScheme: theme, viewport: { width, height: 800 } }, async (page) => {
        await accessible(page, "now without a login");
        await logIn(page);
        for (const [place, title] of places) {
          await go(page, place, title);
          await page.waitForTimeout(300);
          await accessible(page, `${place} ${theme} ${device}`);
          if (screenshots && (device === "desk") === (theme === "light")) await page.screenshot({ path: `${screenshots}/${place}-${device}-${theme}.png` });
        }
        await go(page, "events", "Events");
        await page.locator("tbody a").first().click();
        await page.getByRole("heading", { level: 1, name: /One decision/ }).waitFor();
        await page.waitForTimeout(300);
        await accessible(page, `event ${theme} ${device}`);
        if (screenshots && (device === "desk") === (theme === "light")) await page.screenshot({ path: `${screenshots}/event-${device}-${theme}.png` });
      });
    });
  }
}

test("without a login only sums are shown", async () => {
  await visit({}, async (page) => {
    await page.getByText("Your servers sent no backscatter.").waitFor();
    assert.equal(await page.getByRole("navigation").getByRole("link").count(), 1);
    assert.ok(!(await page.locator("body").innerText()).includes("example.org"));
    await page.goto(`${url}/#/events`);
    await page.getByRole("heading", { level: 1, name: "Log in" }).waitFor();
  });
});

test("three questions have an answer", async () => {
  await visit({}, async (page) => {
    await logIn(page);
    await go(page, "now", "Now");
    await page.getByText("Somebody is forging bob@example.org now").waitFor();
    await page.getByLabel("Is somebody forging this address?").fill("bob@example.org");
    await page.getByRole("button", { name: "Look" }).click();
    await page.getByText(/Yes: somebody is forging bob@example.org, since/).waitFor();
    await go(page, "ready", "Ready");
    await page.getByText(/0 look like answers to your own mail/).waitFor();
    await page.getByRole("row", { name: /at reject/ }).waitFor();
  });
});

test("hostile texts are text", async () => {
  await visit({}, async (page) => {
    await logIn(page);
    await go(page, `events?address=${encodeURIComponent("bob@example.org")}`, "Events");
    await page.locator("tbody tr").first().waitFor();
    assert.equal(await page.locator("main img, main script, main iframe").count(), 0);
    await go(page, "quarantine", "Quarantine");
    await page.getByRole("button", { name: "Read" }).first().click();
    await page.locator(".mail pre").first().waitFor();
    assert.equal(await page.locator("main img, main script, main iframe").count(), 0);
    assert.ok((await page.locator("main").innerText()).includes(hostile));
    assert.equal(await page.evaluate(() => globalThis.stolen), undefined);
  });
});

test("by keyboard alone a mail is released", async () => {
  await visit({}, async (page) => {
    await page.goto(`${url}/#/login`);
    await page.getByRole("heading", { level: 1, name: "Log in" }).waitFor();
    const press = async (until, key = "Tab") => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press(key);
        if (await page.evaluate(until)) return;
      }
      assert.fail(`nothing with ${until}`);
    };
    await press("document.activeElement.name === 'name'");
    await page.keyboard.type("oscar");
    await page.keyboard.press("Tab");
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Log out" }).waitFor();
    await go(page, "quarantine", "Quarantine");
    await page.locator("input[type=checkbox]").first().waitFor();
    const before = await page.locator("input[type=checkbox]").count();
    await press("document.activeElement.type === 'checkbox'");
    await page.keyboard.press("Space");
    await press("document.activeElement.textContent === 'Release'", "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByText("Done: 1.").waitFor();
    await page.waitForFunction((n) => document.querySelectorAll("input[type=checkbox]").length === n - 1, before);
  });
});

test("an owner reads his quarantine in his language", async () => {
  await visit({ locale: "de-DE" }, async (page) => {
    await page.goto(`${url}/#/login`);
    await page.getByLabel("Passwort").fill("falsch");
    await page.getByLabel("Name").fill("bob");
    await page.getByRole("button", { name: "Anmelden" }).click();
    await page.getByText("Name oder Passwort ist falsch.").waitFor();
    await page.getByLabel("Passwort").fill(password);
    await page.getByRole("button", { name: "Anmelden" }).click();
    await page.getByRole("heading", { level: 1, name: "Quarantäne" }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
    await page.getByLabel("Language").selectOption("ja");
    await page.getByRole("heading", { level: 1, name: "隔離" }).waitFor();
    assert.equal(await page.getByRole("link", { name: "Ready" }).count(), 0);
  });
});

test("a pasted mail is explained", async () => {
  await visit({ locale: "de-DE" }, async (page) => {
    await page.goto(`${url}/#/login`);
    await page.getByLabel("Passwort").fill(password);
    await page.getByLabel("Name").fill("bob");
    await page.getByRole("button", { name: "Anmelden" }).click();
    await page.getByRole("link", { name: "Was ist das für eine Mail?" }).click();
    await page.getByLabel("Quelltext der Mail").fill(process.env.DASHBOARD_MAIL);
    await page.getByRole("button", { name: "Was ist das für eine Mail?" }).click();
    await page.getByText("Eine Mail konnte nicht zugestellt werden.").waitFor();
    await page.getByText("Sie wurden höchstwahrscheinlich nicht gehackt").waitFor();
    await accessible(page, "read with an answer");
    await page.getByLabel("Oder wählen Sie die Datei").setInputFiles({ name: "a.eml", mimeType: "message/rfc822", buffer: Buffer.from("no mail") });
    await page.getByRole("alert").waitFor();
  });
});

test("the demo's link logs in once", async () => {
  const link = process.env.DASHBOARD_LINK;
  for (const isFirst of [true, false]) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(link);
    await page.getByRole("heading", { level: 1, name: "Now" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Log out" }).count(), isFirst ? 1 : 0);
    assert.ok(!page.url().includes("once"));
    if (isFirst) {
      await page.getByText(/Somebody is forging ann@example.org now/).waitFor();
      await page.goto(`${new URL(link).origin}/#/ready`);
      await page.getByRole("row", { name: /at reject/ }).waitFor();
    }
    await context.close();
  }
});

test("what happens is shown without a reload", async () => {
  await visit({}, async (page) => {
    const value = () => page.locator(".figure", { hasText: "ordinary mails in" }).locator("dd").innerText();
    const first = Number(await value());
    await fetch(process.env.DASHBOARD_SEND);
    await page.waitForFunction((n) => [...document.querySelectorAll(".figure")].some((f) => f.textContent.startsWith("ordinary mails in") && Number(f.querySelector("dd").textContent) > n), first, { timeout: 10000 });
  });
});
