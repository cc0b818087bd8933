// The import wizard, from the file to the last row, and once more.

import { strict as assert } from 'node:assert';
import { fileURLToPath } from 'node:url';
import { hydrated, importWizard } from './screens.mjs';
import { customerCount, eventually, testBothWays, visit } from './support.mjs';

const FILE = fileURLToPath(new URL('../src/tests/data/customers-300.csv', import.meta.url));
const ROWS = 300;

async function runWizard(page) {
  await visit(page, '/customers/import');
  await importWizard.file(page).setInputFiles(FILE);
  await importWizard.upload(page).click();
  await importWizard.column(page, 'Email').waitFor();
  await hydrated(page);
  await importWizard.check(page).click();
  await importWizard.commit(page).waitFor();
  await hydrated(page);
  await importWizard.commit(page).click();
  await page.waitForURL(/\/imports\/\d+/);
  await hydrated(page);
  await eventually('the import is done', async () => {
    if (await importWizard.done(page).isVisible()) return true;
    if (!page.javascript) await page.reload();
    return false;
  });
}

testBothWays('a file is imported, and importing it again creates nothing', async ({ open }) => {
  const page = await open();
  const before = await customerCount(page);
  await runWizard(page);
  const after = await customerCount(page);
  // The second of the two ways finds what the first has brought in.
  assert.ok(after === before || after === before + ROWS, `${after - before} of ${ROWS} rows were created`);
  assert.ok(after >= ROWS, `only ${after} customers after an import of ${ROWS}`);
  await runWizard(page);
  assert.equal(await customerCount(page), after);
});
