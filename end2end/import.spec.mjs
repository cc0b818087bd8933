// The import wizard, from the file to the last row, and once more.

import { strict as assert } from 'node:assert';
import { fileURLToPath } from 'node:url';
import { hydrated } from './screens.mjs';
import { importWizard as wizard } from './tree-screens.mjs';
import { customerCount, inspect, testBothWays, visit } from './support.mjs';

const FILE = fileURLToPath(new URL('../src/tests/data/customers-300.csv', import.meta.url));
/** One of its 300 rows has a phone number of three digits. */
const ROWS = 299;

async function upload(page, file, answer = /\/imports\/\d+/) {
  await visit(page, '/customers/import');
  await wizard.file(page).setInputFiles(file);
  await wizard.upload(page).click();
  await page.waitForURL(answer);
  await hydrated(page);
}

async function runWizard(page, name) {
  await upload(page, FILE);
  assert.equal(await wizard.column(page, 'Email').inputValue(), 'email');
  if (name) await inspect(page, `${name} columns`);
  await wizard.check(page).click();
  await wizard.commit(page).waitFor();
  await hydrated(page);
  if (name) await inspect(page, `${name} checked`);
  await wizard.commit(page).click();
  await wizard.done(page).waitFor({ timeout: 30_000 });
  await hydrated(page);
  if (name) await inspect(page, `${name} done`);
}

testBothWays('a file is imported, and importing it again creates nothing', async ({ open }) => {
  const page = await open();
  const before = await customerCount(page);
  await runWizard(page, 'import');
  const after = await customerCount(page);
  // The second of the two ways finds what the first has brought in.
  assert.ok(after === before || after === before + ROWS, `${after - before} of ${ROWS} rows were created`);
  assert.ok(after >= ROWS, `only ${after} customers after an import of ${ROWS}`);
  await runWizard(page);
  assert.equal(await customerCount(page), after);
});

testBothWays('bad rows are listed with line, column and reason, left out, and given back', async ({ open, javascript }) => {
  const page = await open();
  const who = javascript ? 'Ines' : 'Olaf';
  const csv = [
    'First name,Last name,E-mail,Country',
    `${who},Fine,${who}@import.example,Norway`,
    `${who},Broken,not an address,Norway`,
    `${who},Lost,lost-${who}@import.example,Atlantis`,
  ];
  await upload(page, { name: 'mixed.csv', mimeType: 'text/csv', buffer: Buffer.from(csv.join('\n')) });
  await wizard.check(page).click();
  await wizard.badRows(page).first().waitFor();
  await hydrated(page);
  const rows = await wizard.badRows(page).allInnerTexts();
  assert.equal(rows.length, 2);
  assert.match(rows[0], /3\s+E-mail\s+\S/);
  assert.match(rows[1], /4\s+Country\s+\S/);
  await inspect(page, 'import bad rows');

  const before = await customerCount(page);
  await wizard.commit(page).click();
  await wizard.done(page).waitFor({ timeout: 30_000 });
  await hydrated(page);
  assert.equal(await customerCount(page), before + 1);
  const rejected = await page.request.get(await wizard.download(page).getAttribute('href'));
  assert.equal(rejected.status(), 200);
  const lines = (await rejected.text()).trim().split(/\r?\n/);
  assert.equal(lines.length, 3);
  assert.match(lines[1], /Broken/);
});

testBothWays('a column may mean two things at once', async ({ open, javascript }) => {
  const page = await open();
  const who = javascript ? 'Doppler' : 'Doubler';
  const csv = ['First name,Last name,E-mail', `Dora,${who},dora.${who}@import.example`];
  await upload(page, { name: 'double.csv', mimeType: 'text/csv', buffer: Buffer.from(csv.join('\n')) });
  await wizard.alsoMeans(page, 'E-mail', 'Billing email address');
  await inspect(page, 'import two meanings');
  await wizard.check(page).click();
  await wizard.commit(page).click();
  await wizard.done(page).waitFor({ timeout: 30_000 });
  const answer = await page.request.get(`/api/v1/customers?query=${who}`);
  const [{ id }] = (await answer.json()).customers;
  const { email, billing_email } = await (await page.request.get(`/api/v1/customers/${id}`)).json();
  assert.equal(billing_email, email);
  assert.match(email, new RegExp(`^dora\\.${who}@`, 'i'));
});

testBothWays('what is not a table is refused at the field', async ({ open }) => {
  const page = await open();
  await upload(page, { name: 'empty.csv', mimeType: 'text/csv', buffer: Buffer.from('') }, /problem=/);
  await page.locator('[aria-invalid=true]').waitFor();
  await inspect(page, 'import refused');
});
