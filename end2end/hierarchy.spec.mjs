// Who hangs under whom: sub-accounts, the tree by mouse and keys, moves with all that can stop them, parents that leave.

import { strict as assert } from 'node:assert';
import { arrive, changedMeanwhile, way } from './record-screens.mjs';
import {
  button,
  choosePasswordForm,
  complaint,
  customerForm,
  customerPage,
  fill,
  heading,
  hydrated,
  notice,
  signInForm,
} from './screens.mjs';
import { become, hierarchyPage, moveCard, moveMeanwhile, moveQuestion, statusPage, tree } from './tree-screens.mjs';
import { colleague, ensureAdministrator, inspect, mailedLink, make, test, testBothWays, visit, world } from './support.mjs';

const CUSTOMER_URL = /\/customers\/\d+(\?|$)/;

/** A company through REST; each way of running a test has its own. */
const company = (page, name, parent, more = {}) =>
  make(page, 'customers', { category: 'company', company_name: `${name} ${way(page.javascript)}`, parent_id: parent?.id, ...more });

/** Customers each under the one before; the first is a main account. */
async function chain(page, name, length) {
  const line = [];
  for (let level = 1; level <= length; level += 1) line.push(await company(page, `${name} ${level}`, line.at(-1)));
  return line;
}

/** The record as it is stored now. */
const stored = async (page, { id }) => (await page.request.get(`/api/v1/customers/${id}`)).json();

async function openHierarchy(open, customer, options) {
  const page = await open(options);
  await visit(page, hierarchyPage.path(customer));
  return page;
}

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
  if (javascript) assert.equal(await page.evaluate(() => document.activeElement.innerText.split('\n')[0].trim().startsWith('Guest 51')), true);
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

testBothWays('a customer moves under another one that is searched for', async ({ open }) => {
  const page = await open();
  const target = await company(page, 'Welcoming Harbour');
  const [mover, child] = await chain(page, 'Sailing', 2);
  await visit(page, hierarchyPage.path(mover));
  await hierarchyPage.move(page).click();
  await arrive(page, '**/hierarchy?move=1');
  await page.getByText('1 customer below it moves along.').first().waitFor();
  await page.getByText('Type a name, a portal ID or an e-mail address to search.').waitFor();
  await inspect(page, 'move');
  await moveCard.find(page, 'zzzz-nowhere');
  await page.getByText('No customer that could be the parent matches “zzzz-nowhere”.').waitFor();
  await hydrated(page);
  await moveCard.find(page, target.name);
  await moveCard.parent(page, target.name).check();
  assert.equal(await moveCard.nobody(page).count(), 0);
  await fill(page, { Billing: 'With its parent' });
  if (page.javascript) await page.getByText(/It will be at level 2 of \d+\./).waitFor();
  await inspect(page, 'move chosen');
  await moveCard.submit(page).click();
  await page.waitForURL('**/hierarchy?done=moved');
  await notice(page, 'Customer moved.').waitFor();
  await hydrated(page);
  await hierarchyPage.trail(page, target.name, mover.name);
  assert.equal(await hierarchyPage.fact(page, 'Billed').innerText(), 'With its parent');
  await visit(page, hierarchyPage.path(child));
  await hierarchyPage.trail(page, target.name, mover.name, child.name);
});

testBothWays('a sub-account becomes a main account, billed by itself', async ({ open }) => {
  const page = await open();
  const parent = await company(page, 'Old Guard');
  const child = await company(page, 'Promoted', parent, { billing_mode: 'consolidated' });
  await visit(page, `${hierarchyPage.path(child)}?move=1`);
  await moveCard.nobody(page).check();
  await moveCard.submit(page).click();
  await page.waitForURL('**/hierarchy?done=moved');
  await notice(page, 'Customer moved.').waitFor();
  await hierarchyPage.fact(page, 'Account level').filter({ hasText: '(main account)' }).waitFor();
  assert.equal(await page.getByRole('navigation', { name: 'Parent accounts' }).count(), 0);
  const { parent_id, billing_mode } = await stored(page, child);
  assert.deepEqual({ parent_id, billing_mode }, { parent_id: null, billing_mode: 'independent' });
});

testBothWays('those below a customer are never offered as its parent', async ({ open }) => {
  const page = await open();
  const [mover, child] = await chain(page, 'Ouroboros', 2);
  const other = await company(page, 'Ouroboros elsewhere');
  await visit(page, `${hierarchyPage.path(mover)}?move=1`);
  await moveCard.find(page, 'Ouroboros');
  await moveCard.parent(page, other.name).waitFor();
  assert.equal(await moveCard.parent(page, child.name).count(), 0);
  assert.equal(await moveCard.parent(page, mover.name).count(), 0);
});

testBothWays('a circle is refused in plain words', async ({ open }) => {
  const page = await open({ allow: /status of 409/ });
  const mover = await company(page, 'Circling');
  const target = await company(page, 'Encircled');
  await visit(page, `${hierarchyPage.path(mover)}?move=1`);
  await moveCard.find(page, target.name);
  await moveCard.parent(page, target.name).check();
  await moveMeanwhile(page, target, mover.id);
  await moveCard.submit(page).click();
  await page.getByText('A customer cannot be moved under itself or under one of its own sub-accounts.').waitFor();
  await hydrated(page);
  await inspect(page, 'move refused');
  assert.equal((await stored(page, mover)).parent_id, null);
});

testBothWays('too many levels are refused in plain words', async ({ open }) => {
  const page = await open({ allow: /status of 409/ });
  const { max_account_level: most } = await (async () => {
    const probe = await company(page, 'Depth probe');
    return (await page.request.get(`/api/v1/customers/${probe.id}/hierarchy`)).json();
  })();
  const line = await chain(page, 'Abyss', most);
  const target = await company(page, 'Sinking');
  const mover = await company(page, 'Diving');
  await visit(page, hierarchyPage.path(line.at(-1)));
  assert.equal(await hierarchyPage.newChild(page).count(), 0, 'nobody fits below the last level');
  await visit(page, `${hierarchyPage.path(mover)}?move=1`);
  await moveCard.find(page, target.name);
  await moveCard.parent(page, target.name).check();
  await moveMeanwhile(page, target, line.at(-2).id);
  await moveCard.submit(page).click();
  await page.getByText(`There would be ${most + 1} levels; at most ${most} are allowed.`).waitFor();
  assert.equal((await stored(page, mover)).parent_id, null);
});

testBothWays('a move of a customer that somebody else changed is not made', async ({ open }) => {
  const page = await open({ allow: /status of 412/ });
  const target = await company(page, 'Steadfast');
  const mover = await company(page, 'Hurried');
  const faster = await company(page, 'Faster');
  await visit(page, `${hierarchyPage.path(mover)}?move=1`);
  await moveCard.find(page, target.name);
  await moveCard.parent(page, target.name).check();
  await moveMeanwhile(page, mover, faster.id);
  await moveCard.submit(page).click();
  await changedMeanwhile(page).waitFor();
  await hydrated(page);
  await inspect(page, 'move stale');
  await page.getByRole('link', { name: 'Reload the page' }).click();
  await arrive(page, '**/hierarchy?move=1*');
  await hierarchyPage.trail(page, faster.name, mover.name);
});

test('a row dropped on another one moves after a question, and Undo brings it back', async ({ open }) => {
  const page = await open();
  const root = await company(page, 'Draggable Estate');
  const from = await company(page, 'Dock A', root);
  const onto = await company(page, 'Dock B', root);
  const ship = await company(page, 'Ship', from);
  await visit(page, `${hierarchyPage.path(root)}?open=${root.id}&open=${from.id}`);
  await tree.row(page, ship).waitFor();
  await moveQuestion.drag(page, ship, onto);
  const question = moveQuestion.dialog(page, ship, onto);
  await question.getByText('Nobody is below it.').waitFor();
  await inspect(page, 'move question');
  await button(question, 'Cancel').click();
  await question.waitFor({ state: 'hidden' });
  assert.equal((await stored(page, ship)).parent_id, from.id);

  await moveQuestion.drag(page, ship, onto);
  await button(question, 'Move customer').click();
  const moved = moveQuestion.toast(page, `${ship.name} was moved under ${onto.name}.`);
  await moved.waitFor();
  await question.waitFor({ state: 'hidden' });
  await tree.below(page, onto).filter({ hasText: ship.name }).waitFor();
  await tree.focused(page, ship);
  assert.equal(await tree.below(page, from).count(), 0);
  assert.equal((await stored(page, ship)).parent_id, onto.id);
  await inspect(page, 'moved with undo');

  await button(moved, 'Undo').click();
  await moveQuestion.toast(page, `${ship.name} is back at its old place.`).waitFor();
  await tree.below(page, from).filter({ hasText: ship.name }).waitFor();
  assert.equal((await stored(page, ship)).parent_id, from.id);
});

test('a drop that has become impossible says so in the question', async ({ open }) => {
  const page = await open({ allow: /status of 409/ });
  const root = await company(page, 'Fragile Estate');
  const onto = await company(page, 'Closing Dock', root);
  const ship = await company(page, 'Late Ship', root);
  await visit(page, hierarchyPage.path(root));
  await tree.row(page, ship).waitFor();
  await become(page, onto, { to: 'terminated', reason: 'moved' });
  await moveQuestion.drag(page, ship, onto);
  const question = moveQuestion.dialog(page, ship, onto);
  await button(question, 'Move customer').click();
  await question.getByRole('alert').getByText(/is terminated: nothing can hang under it/).waitFor();
  await inspect(page, 'move question refused');
});

testBothWays('deleting a parent asks what becomes of its sub-accounts', async ({ open }) => {
  const page = await open();
  const parent = await company(page, 'Dissolving');
  const child = await company(page, 'Dissolved child', parent);
  await visit(page, `/customers/${parent.id}`);
  await customerPage.askToDelete(page);
  await page.getByRole('group', { name: 'What becomes of 1 sub-account?' }).waitFor();
  assert.equal(await page.getByRole('radio', { name: 'Make them main accounts' }).isChecked(), true);
  await inspect(page, 'delete a parent');
  await visit(page, `/customers/${parent.id}`);
  await customerPage.delete(page);
  const { parent_id, status } = await stored(page, child);
  assert.deepEqual({ parent_id, status }, { parent_id: null, status: 'new' });
  await visit(page, hierarchyPage.path(parent));
  await page.getByText('In the trash', { exact: true }).waitFor();
  await inspect(page, 'hierarchy in the trash');
});

testBothWays('a parent is deleted together with the accounts below', async ({ open }) => {
  const page = await open();
  const parent = await company(page, 'Collapsing');
  const child = await company(page, 'Collapsed child', parent);
  await visit(page, `/customers/${parent.id}`);
  await customerPage.askToDelete(page);
  await page.getByRole('radio', { name: 'Terminate them and everything below them' }).check();
  await button(page, 'Delete customer').click();
  await notice(page, 'Customer deleted.').waitFor();
  assert.equal((await stored(page, child)).status, 'terminated');
});

testBothWays('terminating a parent asks where its sub-accounts go', async ({ open }) => {
  const page = await open({ allow: /status of 4(09|22)/ });
  const parent = await company(page, 'Leaving House');
  const child = await company(page, 'Staying Branch', parent);
  const heir = await company(page, 'Inheriting House');
  await visit(page, statusPage.path(parent, 'terminate'));
  await page.getByText('1 customer is under this one.').waitFor();
  await fill(page, { Reason: 'Moved away' });
  await statusPage.submit(page, 'Terminate').click();
  await page.getByText('One customer hangs under it. Choose what becomes of it.').waitFor();
  await hydrated(page);
  await inspect(page, 'terminate a parent');

  const search = page.getByRole('searchbox', { name: 'Search by name or portal ID' });
  await search.fill(heir.name);
  await search.press('Enter');
  await page.waitForURL((url) => url.searchParams.get('q') === heir.name);
  await hydrated(page);
  await fill(page, {
    Reason: 'Moved away',
    'What becomes of them': 'Move them under another customer',
    'New parent': `${heir.name} (${heir.portal_id})`,
  });
  await statusPage.done(page, 'Terminate', 'Customer terminated.');
  assert.equal((await stored(page, child)).parent_id, heir.id);
});

testBothWays('a parent is terminated with everybody below', async ({ open }) => {
  const page = await open();
  const [parent, child, leaf] = await chain(page, 'Falling', 3);
  await visit(page, statusPage.path(parent, 'terminate'));
  await fill(page, { Reason: 'Another reason', 'What becomes of them': 'Terminate them too' });
  await statusPage.done(page, 'Terminate', 'Customer terminated.');
  for (const one of [child, leaf]) assert.equal((await stored(page, one)).status, 'terminated');
});
