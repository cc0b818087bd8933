// Partners and locations: added, renamed, made the default, made inactive, deleted, and the way to their customers.

import { strict as assert } from 'node:assert';
import { arrive, changedMeanwhile, person, placesPage as places, way } from './record-screens.mjs';
import {
  checkbox,
  complaint,
  confirm,
  customerForm,
  customerList as list,
  field,
  fieldError,
  fill,
  hydrated,
  link,
  notice,
  skipBrowserChecks,
} from './screens.mjs';
import { hire, inspect, make, sameOrigin, signIn, testBothWays, visit } from './support.mjs';

const read = async (page, path) => (await page.request.get(`/api/v1/${path}`)).json();
const capital = (kind) => kind[0].toUpperCase() + kind.slice(1);
const ask = (row) => row.getByRole('button', { name: 'Delete', exact: true }).click();

/** Makes the one that came with the product the default again: other tests open customers there. */
async function backToMain(page, kind) {
  const main = (await read(page, `${kind}s`)).find(({ name }) => name === 'Main');
  const { id, version, name, description, portal_id_prefix } = main;
  const data = { name, description, is_default: true, is_active: true, ...(kind === 'partner' && { portal_id_prefix }) };
  const saved = await page.request.put(`/api/v1/${kind}s/${id}`, { headers: { ...sameOrigin(), 'if-match': `"${version}"` }, data });
  assert.equal(saved.status(), 200, await saved.text());
}

for (const kind of ['partner', 'location']) {
  testBothWays(`a ${kind} is added, renamed, made inactive, and deleted`, async ({ open, javascript }) => {
    const page = await open({ allow: /status of 422/ });
    const [name, renamed] = [`${way(javascript)} ${kind} north`, `${way(javascript)} ${kind} south`];
    await visit(page, places.path(kind));
    await inspect(page, `${kind}s`);
    await places.new(page, kind).click();
    await arrive(page, `**${places.path(kind)}?new=1`);
    await inspect(page, `${kind} new`);
    await fill(page, { Name: name, Description: 'Opened in May.', ...(kind === 'partner' && { 'Portal ID prefix': 'N-' }) });
    await places.add(page, kind).click();
    await arrive(page, `**${places.path(kind)}?done=created`);
    await notice(page, `${capital(kind)} added.`).waitFor();
    assert.match(await places.row(page, name).innerText(), kind === 'partner' ? /N-[\s\S]*Opened in May\./ : /Opened in May\./);

    await places.edit(page, name).click();
    await arrive(page, /\?edit=\d+$/);
    await inspect(page, `${kind} edit`);
    await fill(page, { Name: renamed, State: 'Inactive: keeps its customers and takes no new ones' });
    await places.save(page).click();
    await arrive(page, `**${places.path(kind)}?done=saved`);
    await notice(page, `${capital(kind)} saved.`).waitFor();
    await places.row(page, renamed).getByText('Inactive', { exact: true }).waitFor();
    assert.equal(await places.row(page, name).count(), 0);
    await visit(page, '/customers/new');
    await fill(page, {
      Category: 'Person',
      'First name': 'Nemo',
      'Last name': 'Nowhere',
      [capital(kind)]: `${renamed} (inactive)`,
    });
    await customerForm.save(page).click();
    await complaint(page).waitFor();
    await hydrated(page);
    await fieldError(page, capital(kind));

    await visit(page, places.path(kind));
    await ask(places.row(page, renamed));
    await inspect(page, `${kind} delete`);
    await page.getByRole('dialog', { name: `Delete ${renamed}?` }).getByRole('button', { name: `Delete ${kind}` }).click();
    await arrive(page, `**${places.path(kind)}?done=deleted`);
    await notice(page, `${capital(kind)} deleted.`).waitFor();
    assert.equal(await places.row(page, renamed).count(), 0);
  });

  testBothWays(`a ${kind} that cannot be added says why, and what was typed stays`, async ({ open }) => {
    const page = await open({ allow: /status of 4(09|22)/ });
    await visit(page, `${places.path(kind)}?new=1`);
    await fill(page, { Name: 'MAIN', Description: 'Typed before.' });
    await places.add(page, kind).click();
    await complaint(page).waitFor();
    await hydrated(page);
    assert.match(await fieldError(page, 'Name'), /has this name already/);
    assert.equal(await field(page, 'Name').inputValue(), 'MAIN');
    assert.equal(await field(page, 'Description').inputValue(), 'Typed before.');
    await inspect(page, `${kind} name taken`);
    await fill(page, { Name: '', ...(kind === 'partner' && { 'Portal ID prefix': 'no way' }) });
    await skipBrowserChecks(page);
    await places.add(page, kind).click();
    await complaint(page).filter({ hasText: /marked fields/ }).waitFor();
    await page.waitForFunction(() => document.querySelector('#field-name')?.value === '');
    await hydrated(page);
    await fieldError(page, 'Name');
    if (kind === 'partner') assert.equal(await field(page, 'Portal ID prefix').inputValue(), 'no way');
    assert.equal(await field(page, 'Description').inputValue(), 'Typed before.');
    await inspect(page, `${kind} with errors`);
  });

  testBothWays(`another ${kind} becomes the default, and the default is not deleted`, async ({ open, javascript }) => {
    const page = await open();
    const { name } = await make(page, `${kind}s`, { name: `${way(javascript)} ${kind} by default` });
    try {
      await places.openEdit(page, kind, name);
      await checkbox(page, 'Default for new customers').check();
      await places.save(page).click();
      await arrive(page, `**${places.path(kind)}?done=saved`);
      await places.row(page, name).getByText('Default', { exact: true }).waitFor();
      assert.equal(await page.getByRole('main').getByRole('row').getByText('Default', { exact: true }).count(), 1);
      await ask(places.row(page, name));
      await page.getByRole('dialog', { name: `${name} cannot be deleted` }).getByText('Make another one the default first.').waitFor();
      await inspect(page, `${kind} default not deleted`);
      await places.openEdit(page, kind, name);
      await page.getByText('It is the default: new customers belong here').waitFor();
      assert.equal(await checkbox(page, 'Default for new customers').count(), 0);
      await inspect(page, `${kind} default edit`);
      await visit(page, '/customers/new');
      assert.equal(await field(page, capital(kind)).locator('option:checked').innerText(), name);
    } finally {
      await backToMain(page, kind);
    }
  });

  testBothWays(`a ${kind} leads to its customers, and stays while it has some`, async ({ open, javascript }) => {
    const page = await open({ allow: /status of 409/ });
    const place = await make(page, `${kind}s`, { name: `${way(javascript)} ${kind} with people` });
    const dialog = page.getByRole('dialog', { name: `${place.name} cannot be deleted` });
    await visit(page, places.path(kind));
    const who = await person(page, 'Petra', `Placed${way(javascript)}${kind}`, { [`${kind}_id`]: place.id });
    await confirm(places.row(page, place.name), 'Delete', `Delete ${kind}`);
    await complaint(page).filter({ hasText: '1 customer belongs to it. Make it inactive instead' }).waitFor();
    await hydrated(page);
    await inspect(page, `${kind} in use`);

    await visit(page, places.path(kind));
    await ask(places.row(page, place.name));
    await dialog.getByText('1 customer belongs to it.').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await places.row(page, place.name).getByRole('link', { name: '1', exact: true }).click();
    await arrive(page, `**/customers?${kind}=${place.id}`);
    await list.chip(page, `${capital(kind)}: ${place.name}`).waitFor();
    await list.open(page, who.name).waitFor();
    assert.equal(await list.rows(page).count(), 1);
  });

  testBothWays(`an older version of a ${kind} is not saved`, async ({ open, javascript }) => {
    const page = await open({ allow: /status of 412/ });
    const { name } = await make(page, `${kind}s`, { name: `${way(javascript)} ${kind} contended` });
    const theirs = await open();
    for (const each of [page, theirs]) await places.openEdit(each, kind, name);
    await fill(theirs, { Description: 'Theirs.' });
    await places.save(theirs).click();
    await arrive(theirs, `**${places.path(kind)}?done=saved`);
    await fill(page, { Description: 'Mine.' });
    await places.save(page).click();
    await changedMeanwhile(page).waitFor();
    await hydrated(page);
    assert.equal(await field(page, 'Description').inputValue(), 'Mine.');
    await inspect(page, `${kind} changed meanwhile`);
    await places.save(page).click();
    await changedMeanwhile(page).waitFor();
    await hydrated(page);
    await link(page, 'Reload the page').click();
    await page.waitForFunction(() => document.querySelector('#field-description')?.value === 'Theirs.');
  });
}

testBothWays('whoever may only read sees partners and locations without a way to change them', async ({ open, javascript }) => {
  const theirs = await open({ signedIn: false });
  await signIn(theirs, await hire('Placereader', javascript));
  for (const kind of ['partner', 'location']) {
    await visit(theirs, `${places.path(kind)}?new=1`);
    await places.row(theirs, 'Main').first().waitFor();
    assert.equal(await places.new(theirs, kind).count(), 0);
    assert.equal(await places.add(theirs, kind).count(), 0);
    assert.equal(await places.edit(theirs, 'Main').count(), 0);
    await inspect(theirs, `${kind}s read only`);
  }
});
