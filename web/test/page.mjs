// The page in a real Chromium: the example is drawn, a mistake is found, nothing leaves the browser.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';

const kinds = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.yaml': 'text/yaml' };
const server = createServer(async (request, response) => {
  const path = request.url === '/' ? '/index.html' : new URL(request.url, 'http://x').pathname;
  try {
    const body = await readFile(join('dist', path));
    response.writeHead(200, { 'content-type': kinds[extname(path)] ?? 'application/octet-stream' }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-component-update', '--disable-sync'],
});
let passed = 0;
let failed = 0;
async function check(name, body) {
  try {
    await body();
    passed += 1;
  } catch (error) {
    failed += 1;
    console.error(`failed: ${name}: ${error.stack}`);
  }
}
try {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const problems = [];
  const elsewhere = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) elsewhere.push(request.url());
  });
  await page.goto(origin);
  await page.waitForSelector('html[data-ready]');
  await check('the example is drawn without errors', async () => {
    assert.match(await page.textContent('#diagram svg'), /APIM-PLS/);
    assert.match(await page.textContent('#status'), /^0 errors/);
  });
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT, fullPage: true });
  await check('a mistake typed into it is found, with its line, and the button goes there', async () => {
    const text = await page.inputValue('#manifest');
    await page.fill('#manifest', text.replace('addressPrefix: 10.0.2.0/24', 'addressPrefix: 10.9.2.0/24'));
    const finding = page.locator('#findings li[data-code="NET001"]');
    await finding.waitFor();
    const line = text.slice(0, text.indexOf('addressPrefix: 10.0.2.0/24')).split('\n').length;
    assert.equal(await finding.locator('button').first().textContent(), `line ${line}`);
    await finding.locator('button').first().click();
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'manifest');
  });
  await check('a broken text is a finding, not a dead page', async () => {
    await page.fill('#manifest', 'linkspan: v1\nname: [');
    await page.locator('#findings li').first().waitFor();
    await page.fill('#manifest', '<script>alert(1)</script>');
    await page.locator('#findings li').first().waitFor();
  });
  await check('no error in the console, no request elsewhere', async () => {
    assert.deepEqual(problems, []);
    assert.deepEqual(elsewhere, []);
  });
} finally {
  await browser.close();
  server.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
