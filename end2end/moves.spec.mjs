// Customers that move: by the form, by drag and drop, with all that can stop them; and parents that leave.

import { strict as assert } from 'node:assert';
import { arrive, changedMeanwhile } from './record-screens.mjs';
import { button, customerPage, fill, hydrated, notice } from './screens.mjs';
import {
  become,
  chain,
  company,
  hierarchyPage,
  moveCard,
  moveMeanwhile,
  moveQuestion,
  statusPage,
  stored,
  tree,
} from './tree-screens.mjs';
import { inspect, test, testBothWays, visit } from './support.mjs';

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
  const target = await company(page, 'Sinking');
  const mover = await company(page, 'Diving');
  const place = await page.request.get(`/api/v1/customers/${mover.id}/hierarchy`);
  const { max_account_level: most } = await place.json();
  const line = await chain(page, 'Abyss', most);
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
