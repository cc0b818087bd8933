// The people to talk to and the places of a customer: added, changed, removed, found, and followed by the record.

import { strict as assert } from 'node:assert';
import { arrive, card, changedMeanwhile, contactsPage as contacts, person, way } from './record-screens.mjs';
import {
  checkbox,
  complaint,
  customerList as list,
  field,
  fieldError,
  fill,
  heading,
  hydrated,
  link,
  notice,
  skipBrowserChecks,
} from './screens.mjs';
import { hire, inspect, make, sameOrigin, signIn, testBothWays, visit } from './support.mjs';

const OSLO = { line1: 'Storgata 1', city: 'Oslo', country: 'NO' };

testBothWays('a customer without contacts and addresses says what they are for', async ({ open, javascript }) => {
  const page = await open();
  const who = await person(page, 'Lone', `Contactless${way(javascript)}`);
  await visit(page, `/customers/${who.id}`);
  await card(page, 'Contacts').getByText('Nobody to talk to is known yet.').waitFor();
  await card(page, 'Addresses').getByText('No address is known yet.').waitFor();
  await link(page, 'Contacts').click();
  await arrive(page, `**${contacts.path(who)}`);
  await contacts.noContacts(page).waitFor();
  await contacts.noAddresses(page).waitFor();
  await inspect(page, 'contacts empty');
});

testBothWays('the first contact is offered as the primary one, is shown, and is found', async ({ open, javascript }) => {
  const page = await open();
  const surname = `Reachable${way(javascript)}`;
  const who = await person(page, 'Rita', surname);
  const email = `berit@${surname.toLowerCase()}.example`;
  await visit(page, contacts.path(who));
  await contacts.addContact(page).click();
  await arrive(page, '**/contacts?contact=new');
  await heading(page, 'New contact').waitFor();
  assert.equal(await field(page, 'Kind').locator('option:checked').innerText(), 'Primary');
  if (javascript) assert.equal(await field(page, 'Name').evaluate((input) => input === document.activeElement), true);
  await inspect(page, 'contact new');
  await fill(page, {
    Name: `Berit Ringvold${surname}`,
    Position: 'Caretaker',
    Department: 'House 4',
    'E-mail': email,
    Phone: '+47 22 12 34 56 x7',
    Mobile: '+47 91 23 45 67',
    'In the portal they may do': 'Look',
    Notes: 'Only before noon.',
  });
  await checkbox(page, 'Outages').check();
  await contacts.saveNewContact(page).click();
  await arrive(page, '**/contacts?done=contact-added');
  await notice(page, 'Contact added.').waitFor();
  const entry = contacts.entry(page, `Berit Ringvold${surname}`);
  await entry.waitFor();
  assert.match(await entry.innerText(), /Primary[\s\S]*Caretaker · House 4[\s\S]*Outages[\s\S]*Look[\s\S]*Only before noon\./);
  assert.equal(await link(entry, email).getAttribute('href'), `mailto:${email}`);
  assert.match(await entry.getByRole('link', { name: '+47 91 23 45 67' }).getAttribute('href'), /^tel:\+4791234567/);
  await inspect(page, 'contact added');

  await visit(page, `/customers/${who.id}`);
  await card(page, 'Contacts').getByText(`Berit Ringvold${surname}`).waitFor();
  await inspect(page, 'customer with a contact');
  for (const words of [`ringvold${surname}`.toLowerCase(), email]) {
    await visit(page, `/customers?q=${encodeURIComponent(words)}`);
    await list.open(page, who.name).waitFor();
  }
});

testBothWays('what is refused of a contact is said at the field, and what was typed stays', async ({ open, javascript }) => {
  const page = await open({ allow: /status of 422/ });
  const who = await person(page, 'Rolf', `Refusing${way(javascript)}`);
  await visit(page, `${contacts.path(who)}?contact=new`);
  await fill(page, {
    Kind: 'Billing',
    Position: 'Bookkeeper',
    'E-mail': 'rolf@@example',
    Phone: 'call me',
    'In the portal they may do': 'Everything',
  });
  await checkbox(page, 'Billing').check();
  await skipBrowserChecks(page);
  await contacts.saveNewContact(page).click();
  await complaint(page).waitFor();
  await hydrated(page);
  await fieldError(page, 'Name');
  assert.match(await fieldError(page, 'E-mail'), /address such as/);
  await fieldError(page, 'Phone');
  assert.equal(await field(page, 'Position').inputValue(), 'Bookkeeper');
  assert.equal(await field(page, 'E-mail').inputValue(), 'rolf@@example');
  assert.equal(await field(page, 'Kind').locator('option:checked').innerText(), 'Billing');
  assert.equal(await field(page, 'In the portal they may do').locator('option:checked').innerText(), 'Everything');
  assert.equal(await checkbox(page, 'Billing').isChecked(), true);
  await inspect(page, 'contact with errors');
  await fill(page, { Name: 'Rolf Refused', 'E-mail': '', Phone: '' });
  await skipBrowserChecks(page);
  await contacts.saveNewContact(page).click();
  await complaint(page).filter({ hasText: 'portal' }).waitFor();
  await hydrated(page);
  assert.match(await fieldError(page, 'E-mail'), /portal needs an e-mail address/);
});

testBothWays('a second primary contact is refused at the field; making one primary moves the honour', async ({ open, javascript }) => {
  const page = await open({ allow: /status of 409/ });
  const who = await person(page, 'Prima', `Primary${way(javascript)}`);
  await make(page, `customers/${who.id}/contacts`, { name: 'Anna First', kind: 'primary' });
  await make(page, `customers/${who.id}/contacts`, { name: 'Bera Second', kind: 'technical' });
  await visit(page, contacts.path(who));
  await contacts.edit(page, 'Bera Second').click();
  await arrive(page, /\?contact=\d+$/);
  await heading(page, 'Edit Bera Second').waitFor();
  await fill(page, { Kind: 'Primary', Position: 'Deputy' });
  await contacts.saveContact(page).click();
  await complaint(page).waitFor();
  await hydrated(page);
  assert.match(await fieldError(page, 'Kind'), /primary/i);
  assert.equal(await field(page, 'Position').inputValue(), 'Deputy');
  await inspect(page, 'contact second primary');
  await fill(page, { Kind: 'Legal' });
  await contacts.saveContact(page).click();
  await arrive(page, '**/contacts?done=contact-saved');
  await notice(page, 'Contact saved.').waitFor();
  await contacts.entry(page, 'Bera Second').filter({ hasText: /Legal[\s\S]*Deputy/ }).waitFor();

  assert.equal(await contacts.makePrimary(page, 'Anna First').count(), 0);
  await contacts.makePrimary(page, 'Bera Second').click();
  await arrive(page, '**/contacts?done=contact-primary');
  await notice(page, 'This is the primary contact now.').waitFor();
  await contacts.makePrimary(page, 'Anna First').waitFor();
  assert.match(await contacts.entry(page, 'Bera Second').innerText(), /Primary/);
  assert.match(await contacts.entry(page, 'Anna First').innerText(), /Other/);
  assert.match(await page.getByRole('main').getByRole('heading', { level: 3 }).first().innerText(), /Bera Second/);
});

testBothWays('a contact is removed after a question, and the history keeps it', async ({ open, javascript }) => {
  const page = await open();
  const who = await person(page, 'Remo', `Removing${way(javascript)}`);
  await make(page, `customers/${who.id}/contacts`, { name: 'Gone Tomorrow', kind: 'primary' });
  await visit(page, contacts.path(who));
  await contacts.askToRemove(page, 'Gone Tomorrow');
  const question = contacts.question(page, 'Gone Tomorrow');
  await question.getByText('left without a primary contact').waitFor();
  await inspect(page, 'contact remove');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'hidden' });
  await contacts.askToRemove(page, 'Gone Tomorrow');
  await question.getByRole('button', { name: 'Remove contact' }).click();
  await arrive(page, '**/contacts?done=contact-removed');
  await notice(page, 'Contact removed.').waitFor();
  await contacts.noContacts(page).waitFor();
  await inspect(page, 'contact removed');
  await visit(page, `/customers/${who.id}/history`);
  await page.getByRole('main').getByRole('listitem').filter({ hasText: 'Gone Tomorrow' }).first().waitFor({ state: 'attached' });
  await page.getByText('Before and after').first().click();
  await inspect(page, 'history of a contact');
});

testBothWays('an older version of a contact is not saved', async ({ open, javascript }) => {
  const page = await open({ allow: /status of 412/ });
  const who = await person(page, 'Stella', `Stale${way(javascript)}`);
  await make(page, `customers/${who.id}/contacts`, { name: 'Ola Older' });
  const theirs = await open();
  for (const each of [page, theirs]) {
    await visit(each, contacts.path(who));
    await contacts.edit(each, 'Ola Older').click();
    await arrive(each, /\?contact=\d+$/);
    await contacts.saveContact(each).waitFor();
  }
  await fill(theirs, { Position: 'Theirs' });
  await contacts.saveContact(theirs).click();
  await arrive(theirs, '**/contacts?done=contact-saved');
  await fill(page, { Position: 'Mine' });
  await contacts.saveContact(page).click();
  await changedMeanwhile(page).waitFor();
  await hydrated(page);
  assert.equal(await field(page, 'Position').inputValue(), 'Mine');
  await inspect(page, 'contact changed meanwhile');
  await contacts.saveContact(page).click();
  await changedMeanwhile(page).waitFor();
  await hydrated(page);
  if (javascript) page.on('dialog', (dialog) => dialog.accept());
  await link(page, 'Reload the page').click();
  await page.waitForFunction(() => document.querySelector('#field-position')?.value === 'Theirs');
});

testBothWays('a service address is added, and city and country of the record follow it', async ({ open, javascript }) => {
  const page = await open();
  const street = `Fjellveien 70 ${way(javascript)}`;
  const who = await person(page, 'Adda', `Addressed${way(javascript)}`, { city: 'Utrecht', country: 'NL' });
  await visit(page, contacts.path(who));
  await contacts.addAddress(page).click();
  await arrive(page, '**/contacts?address=new');
  await heading(page, 'New address').waitFor();
  assert.equal(await field(page, 'Country').locator('option:checked').innerText(), 'Netherlands');
  await inspect(page, 'address new');
  await fill(page, {
    'Street and number': street,
    'Postal code': '5003',
    City: 'Bergen',
    Country: 'Norway',
    Kind: 'Service',
    Latitude: '60.39',
    Longitude: '5.32',
  });
  await contacts.saveNewAddress(page).click();
  await arrive(page, '**/contacts?done=address-added');
  await notice(page, 'Address added.').waitFor();
  assert.match(await contacts.entry(page, street).innerText(), /Service[\s\S]*5003 Bergen[\s\S]*Norway[\s\S]*60\.39, 5\.32/);
  await inspect(page, 'address added');
  await visit(page, `/customers/${who.id}`);
  await page.getByRole('main').getByText('Bergen', { exact: true }).waitFor();
  await page.getByRole('main').getByText('Norway', { exact: true }).waitFor();
  assert.equal(await page.getByRole('main').getByText('Utrecht').count(), 0);
  await visit(page, `/customers?q=${encodeURIComponent(street.toLowerCase())}`);
  await list.open(page, who.name).waitFor();

  await visit(page, contacts.path(who));
  await contacts.edit(page, street).click();
  await arrive(page, /\?address=\d+$/);
  await fill(page, { City: 'Voss' });
  await contacts.saveAddress(page).click();
  await arrive(page, '**/contacts?done=address-saved');
  await notice(page, 'Address saved.').waitFor();
  await visit(page, `/customers?q=${encodeURIComponent(`Addressed${way(javascript)} voss`.toLowerCase())}`);
  await list.open(page, who.name).waitFor();
});

testBothWays('what is refused of an address is said at the field, and what was typed stays', async ({ open, javascript }) => {
  const page = await open({ allow: /status of 422/ });
  const who = await person(page, 'Nora', `Nowhere${way(javascript)}`);
  await visit(page, `${contacts.path(who)}?address=new`);
  await fill(page, { 'Flat, floor, building': 'Attic', Kind: 'Postal', Latitude: '91', Longitude: 'east' });
  await skipBrowserChecks(page);
  await contacts.saveNewAddress(page).click();
  await complaint(page).waitFor();
  await hydrated(page);
  for (const label of ['Street and number', 'City', 'Country']) await fieldError(page, label);
  assert.match(await fieldError(page, 'Latitude'), /from −90 to 90/);
  assert.match(await fieldError(page, 'Longitude'), /from −180 to 180/);
  assert.equal(await field(page, 'Flat, floor, building').inputValue(), 'Attic');
  assert.equal(await field(page, 'Kind').locator('option:checked').innerText(), 'Postal');
  assert.equal(await field(page, 'Latitude').inputValue(), '91');
  await inspect(page, 'address with errors');
});

testBothWays('an address is removed after a question, and an older version of one is not saved', async ({ open, javascript }) => {
  const page = await open({ allow: /status of 412/ });
  const who = await person(page, 'Rune', `Relocated${way(javascript)}`);
  await make(page, `customers/${who.id}/addresses`, OSLO);
  await make(page, `customers/${who.id}/addresses`, { ...OSLO, line1: 'Havnegata 2', city: 'Moss' });
  const theirs = await open();
  for (const each of [page, theirs]) {
    await visit(each, contacts.path(who));
    await contacts.edit(each, 'Havnegata 2').click();
    await arrive(each, /\?address=\d+$/);
    await contacts.saveAddress(each).waitFor();
  }
  await fill(theirs, { City: 'Horten' });
  await contacts.saveAddress(theirs).click();
  await arrive(theirs, '**/contacts?done=address-saved');
  await fill(page, { City: 'Halden' });
  await contacts.saveAddress(page).click();
  await changedMeanwhile(page).waitFor();
  await hydrated(page);
  assert.equal(await field(page, 'City').inputValue(), 'Halden');
  await inspect(page, 'address changed meanwhile');

  await contacts.askToRemove(theirs, OSLO.line1);
  const question = contacts.question(theirs, OSLO.line1);
  await question.getByText('then follow the next service address').waitFor();
  await inspect(theirs, 'address remove');
  await question.getByRole('button', { name: 'Remove address' }).click();
  await arrive(theirs, '**/contacts?done=address-removed');
  await notice(theirs, 'Address removed.').waitFor();
  await contacts.entry(theirs, OSLO.line1).waitFor({ state: 'detached' });
  await visit(theirs, `/customers/${who.id}`);
  await theirs.getByRole('main').getByText('Horten', { exact: true }).waitFor();
});

testBothWays('whoever may only read sees contacts and addresses without a way to change them', async ({ open, javascript }) => {
  const page = await open();
  const who = await person(page, 'Rea', `Readonly${way(javascript)}`);
  await make(page, `customers/${who.id}/contacts`, { name: 'Karin Kept', email: 'karin@example.net' });
  await make(page, `customers/${who.id}/addresses`, OSLO);
  const theirs = await open({ signedIn: false });
  await signIn(theirs, await hire('Contactreader', javascript));
  for (const query of ['', '?contact=new', '?address=new']) {
    await visit(theirs, contacts.path(who) + query);
    await contacts.entry(theirs, 'Karin Kept').waitFor();
    await contacts.entry(theirs, OSLO.line1).waitFor();
    const main = theirs.getByRole('main');
    for (const name of ['Add contact', 'Add address', 'Edit']) assert.equal(await link(main, name).count(), 0, name);
    for (const name of ['Add contact', 'Add address', 'Remove', 'Make primary']) {
      assert.equal(await main.getByRole('button', { name, exact: true }).count(), 0, name);
    }
  }
  await inspect(theirs, 'contacts read only');
  await visit(theirs, `/customers/${who.id}`);
  assert.equal(await link(theirs, 'Add contact').count(), 0);
});

testBothWays('while the customer is in the trash nothing is offered, and why is said', async ({ open, javascript }) => {
  const page = await open();
  const who = await person(page, 'Trude', `Trashedtoo${way(javascript)}`);
  await make(page, `customers/${who.id}/contacts`, { name: 'Frank Frozen' });
  const { version } = await (await page.request.get(`/api/v1/customers/${who.id}`)).json();
  const headers = { ...sameOrigin(), 'if-match': `"${version}"` };
  assert.equal((await page.request.delete(`/api/v1/customers/${who.id}`, { headers })).status(), 204);
  await visit(page, contacts.path(who));
  await page.getByText('This customer is in the trash.').waitFor();
  await contacts.entry(page, 'Frank Frozen').waitFor();
  assert.equal(await link(page, 'Add contact').count(), 0);
  assert.equal(await contacts.edit(page, 'Frank Frozen').count(), 0);
  await inspect(page, 'contacts of a customer in the trash');
});
