// Who hangs under whom: sub-accounts, and the tree by mouse, by keys, by links and page by page.

import { strict as assert } from 'node:assert';
import { arrive, way } from './record-screens.mjs';
import { choosePasswordForm, complaint, customerForm, fill, heading, hydrated, notice, signInForm } from './screens.mjs';
import { chain, company, hierarchyPage, tree } from './tree-screens.mjs';
import { colleague, ensureAdministrator, inspect, mailedLink, make, test, testBothWays, visit, world } from './support.mjs';

const CUSTOMER_URL = /\/customers\/\d+(\?|$)/;

testBothWays('somebody who sees no sub-accounts is told how to make one', async ({ open, javascript }) => {
  const page = await open();
  const { id } = await make(page, 'partners', { name: `Treeless ${way(javascript)}` });
  await ensureAdministrator();
  const who = colleague('Treeless', javascript);
  const options = { username: who.username, email: who.email, name: who.name, role: 'read-only', partner: String(id) };
  world.server.command(['staff', 'invite', ...Object.entries(options).flatMap(([option, value]) => [`--${option}`, value])]);
  const theirs = await open({ signedIn: false });
  await visit(theirs, await mailedLink(who.email, 'Your account in ISP Framework'));
  await choosePasswordForm.submit(theirs, who.password);
  await notice(theirs, 'Your password is set.').waitFor();
  await hydrated(theirs);
  await signInForm.submit(theirs, who.username, who.password);
  await arrive(theirs, '**/customers');
  await visit(theirs, '/hierarchy');
  await tree.nobody(theirs).waitFor();
  await inspect(theirs, 'hierarchy empty');
});

testBothWays('a sub-account is made from the page of its parent, billed with it', async ({ open, javascript }) => {
  const page = await open();
  const parent = await company(page, 'Founding House');
  await visit(page, hierarchyPage.path(parent));
  await page.getByText('Nobody hangs under this customer yet.').waitFor();
  await inspect(page, 'hierarchy of a main account');
  await hierarchyPage.newChild(page).click();
  await arrive(page, `**/customers/new?parent=${parent.id}`);
  await page.getByText(`It will hang under ${parent.name}.`).waitFor();
  await inspect(page, 'new sub-account');
  const name = `Founded Branch ${way(javascript)}`;
  await fill(page, { Category: 'Company', Company: name, Billing: 'With its parent' });
  await customerForm.save(page).click();
  await page.waitForURL(CUSTOMER_URL);
  await heading(page, name).first().waitFor();
  await hydrated(page);
  await hierarchyPage.trail(page, parent.name, name);
  await page.getByRole('main').getByText('With its parent', { exact: true }).waitFor();
  await inspect(page, 'sub-account');

  await visit(page, hierarchyPage.path(parent));
  assert.equal(await hierarchyPage.fact(page, 'Children').innerText(), '1');
  assert.match(await tree.below(page, parent).innerText(), /Founded Branch.*billed with its parent/s);
});

testBothWays('a refused sub-account keeps its parent and its billing', async ({ open }) => {
  const page = await open({ allow: /status of 422/ });
  const parent = await company(page, 'Patient House');
  await visit(page, `/customers/new?parent=${parent.id}`);
  await fill(page, { Category: 'Company', Billing: 'With its parent' });
  await customerForm.save(page).click();
  await complaint(page).waitFor();
  await hydrated(page);
  await page.getByText(`It will hang under ${parent.name}.`).waitFor();
  assert.equal(await page.getByRole('radio', { name: 'With its parent' }).isChecked(), true);
});

testBothWays('a branch opens with its children and closes again', async ({ open }) => {
  const page = await open();
  const [top, middle, leaf] = await chain(page, 'Unfolding', 3);
  await company(page, 'Unfolding sibling', top);
  await visit(page, '/hierarchy');
  await tree.of(page, 'Customers').waitFor();
  assert.match(await tree.row(page, top).innerText(), /2 children · 3 below/);
  assert.equal(await tree.row(page, middle).count(), 0);
  await tree.toggle(page, top).click();
  await tree.row(page, middle).waitFor();
  await hydrated(page);
  assert.match(await tree.row(page, middle).innerText(), /1 child/);
  assert.equal(await tree.row(page, leaf).count(), 0);
  await tree.toggle(page, middle).click();
  await tree.row(page, leaf).waitFor();
  await hydrated(page);
  assert.equal(await tree.below(page, top).count(), 2);
  await inspect(page, 'hierarchy unfolded');
  await tree.toggle(page, middle).click();
  await tree.row(page, leaf).waitFor({ state: 'detached' });
  await hydrated(page);
  await tree.row(page, middle).click();
  await heading(page, middle.name).first().waitFor();
});

test('without JavaScript the address keeps which branches are open', async ({ open }) => {
  const page = await open();
  const [top, middle] = await chain(page, 'Remembered', 2);
  await visit(page, '/hierarchy');
  await tree.toggle(page, top).click();
  await page.waitForURL((url) => url.searchParams.getAll('open').join().includes(String(top.id)) && url.hash === `#tree-${top.id}`);
  await tree.row(page, middle).waitFor();
  const other = await open();
  await visit(other, page.url());
  await tree.row(other, middle).waitFor();
  await tree.toggle(page, top).click();
  await page.waitForURL((url) => !url.searchParams.getAll('open').join().includes(String(top.id)));
  await tree.row(page, middle).waitFor({ state: 'detached' });
}, false);

test('the keys walk the tree: arrows, Home, End, letters, Enter', async ({ open }) => {
  const page = await open();
  const [root, first, deep] = await chain(page, 'Keyed', 3);
  const alpine = await company(page, 'Alpine', root);
  const zermatt = await company(page, 'Zermatt', root);
  await visit(page, hierarchyPage.path(root));
  await tree.of(page, `${root.name} and everybody below`).waitFor();
  const row = (customer) => tree.row(page, customer);
  assert.equal(await page.locator('.tree [tabindex="0"]').count(), 1, 'one stop for the Tab key');
  assert.equal(await row(root).getAttribute('aria-expanded'), 'true');
  await row(root).focus();

  await page.keyboard.press('ArrowDown');
  await tree.focused(page, alpine);
  await page.keyboard.press('ArrowDown');
  await tree.focused(page, first);
  assert.equal(await row(first).getAttribute('aria-expanded'), 'false');
  await page.keyboard.press('ArrowRight');
  await row(deep).waitFor();
  assert.equal(await row(first).getAttribute('aria-expanded'), 'true');
  assert.equal(await row(deep).getAttribute('aria-level'), '3');
  await tree.focused(page, first);
  await page.keyboard.press('ArrowRight');
  await tree.focused(page, deep);
  await page.keyboard.press('ArrowLeft');
  await tree.focused(page, first);
  await page.keyboard.press('ArrowLeft');
  await row(deep).waitFor({ state: 'detached' });
  await tree.focused(page, first);

  await page.keyboard.press('End');
  await tree.focused(page, zermatt);
  await page.keyboard.press('ArrowDown');
  await tree.focused(page, zermatt);
  await page.keyboard.press('Home');
  await tree.focused(page, root);
  await page.keyboard.press('ArrowUp');
  await tree.focused(page, root);
  await page.keyboard.press('z');
  await tree.focused(page, zermatt);
  assert.equal(await row(zermatt).getAttribute('tabindex'), '0');
  assert.equal(await row(zermatt).getAttribute('aria-posinset'), '3');
  assert.equal(await row(zermatt).getAttribute('aria-setsize'), '3');
  await page.keyboard.press('e');
  await tree.focused(page, zermatt);
  await page.keyboard.press('*');
  await row(deep).waitFor();
  await tree.focused(page, zermatt);
  await page.keyboard.press('ArrowLeft');
  await tree.focused(page, root);
  await page.keyboard.press('ArrowDown');
  await tree.focused(page, alpine);
  await inspect(page, 'hierarchy by keys');
  await page.keyboard.press('Enter');
  await heading(page, alpine.name).first().waitFor();
});

let crowded;
/** A customer with sixty children, for both ways of the test. */
const crowd = (page) =>
  (crowded ??= (async () => {
    const parent = await make(page, 'customers', { category: 'company', company_name: 'Crowded House' });
    for (let number = 1; number <= 60; number += 1) {
      const company_name = `Guest ${String(number).padStart(2, '0')}`;
      await make(page, 'customers', { category: 'company', company_name, parent_id: parent.id });
    }
    return parent;
  })());

testBothWays('sixty children come in two pages', async ({ open, javascript }) => {
  const page = await open();
  const parent = await crowd(page);
  await visit(page, hierarchyPage.path(parent));
  await tree.more(page, parent).waitFor();
  assert.match(await tree.row(page, parent).innerText(), /60 children/);
  assert.equal(await page.locator('.tree a[id^="tree-"]:not([id$="-more"])').count(), 51);
  assert.equal((await tree.more(page, parent).innerText()).trim(), 'Show 50 more');
  await inspect(page, 'hierarchy crowded');
  if (javascript) {
    await tree.row(page, parent).focus();
    await page.keyboard.press('End');
    await page.locator(`[id="tree-${parent.id}-more"]:focus`).waitFor();
    await page.keyboard.press('Enter');
  } else {
    await tree.more(page, parent).click();
  }
  await tree.more(page, parent).waitFor({ state: 'detached' });
  await hydrated(page);
  const names = await page.locator('.tree-label').allInnerTexts();
  assert.equal(names.length, 61);
  assert.deepEqual(names.slice(1), [...new Set(names.slice(1))].sort());
  // The focus goes on to the first of those that came.
  if (javascript) assert.match(await page.evaluate(() => document.activeElement.innerText), /^\s*Guest 51/);
});

testBothWays('the way up leads to every customer above', async ({ open }) => {
  const page = await open();
  const [top, middle, leaf] = await chain(page, 'Stairway', 3);
  await visit(page, hierarchyPage.path(leaf));
  await hierarchyPage.trail(page, top.name, middle.name, leaf.name);
  assert.match(await hierarchyPage.fact(page, 'Account level').innerText(), /^3 of \d+$/);
  await page.getByRole('navigation', { name: 'Parent accounts' }).getByRole('link', { name: middle.name }).click();
  await heading(page, middle.name).first().waitFor();
  await hydrated(page);
  await hierarchyPage.trail(page, top.name, middle.name);
});
