// OAuth 2.0 as a real client library sees it: discovery, every grant, consent in the browser, refresh, revocation.

import { strict as assert } from 'node:assert';
import { createServer } from 'node:http';
import { apiAccessPage, consentPage, heading, hydrated, notice, row, signInForm } from './screens.mjs';
import { administrator, inspect, load, make, test, testBothWays, visit, world } from './support.mjs';

const oauth = await load('openid-client');
const { createRemoteJWKSet, jwtVerify } = await load('jose');

const EVERYWHERE = { all_partners: true, all_locations: true };
const INVALID_GRANT = { error: 'invalid_grant' };
const INVALID_SCOPE = { error: 'invalid_scope', status: 400 };
const AUTHENTICATIONS = { client_secret_basic: oauth.ClientSecretBasic, client_secret_post: oauth.ClientSecretPost };

/** Registers a client; gives what the registration tells once. */
const register = (page, input) =>
  make(page, 'oauth-clients', { is_confidential: true, scopes: ['customers.read'], scope: EVERYWHERE, ...input });

/** Registers a client that acts for people. */
const registerApplication = (page, redirectUri, input) =>
  register(page, { grants: ['authorization_code', 'refresh_token'], redirect_uris: redirectUri, ...input });

/** The client as the library knows it, from the server's own description of itself. */
const connect = ({ client_id, client_secret }, authentication = oauth.ClientSecretBasic) =>
  oauth.discovery(new URL(world.server.url), client_id, undefined, client_secret ? authentication(client_secret) : oauth.None(), {
    algorithm: 'oauth2',
    execute: [oauth.allowInsecureRequests],
  });

const listCustomers = (config, token) =>
  oauth.fetchProtectedResource(config, token, new URL('/api/v1/customers?limit=1', world.server.url), 'GET');

/** The token opens nothing any more, and the answer says why (RFC 6750). */
async function assertDead(config, token) {
  await assert.rejects(listCustomers(config, token), ({ status, cause }) => {
    assert.equal(status, 401);
    assert.equal(cause[0].parameters.error, 'invalid_token');
    return true;
  });
}

/** Runs `action` with the address on loopback where an application awaits its answers. */
async function withApplication(action) {
  const page = '<!DOCTYPE html><html lang="en"><title>The application</title><link rel="icon" href="data:,">';
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(page));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await action(`http://127.0.0.1:${server.address().port}/back`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** An authorization request as the library makes it, with what its answer is checked against. */
async function authorization(config, redirectUri, scope = 'customers.read') {
  const checks = { pkceCodeVerifier: oauth.randomPKCECodeVerifier(), expectedState: oauth.randomState() };
  const url = oauth.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    state: checks.expectedState,
    code_challenge: await oauth.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  return { url, checks };
}

/** Agrees on the consent page that is open; gives the address that the browser comes back to. */
async function agree(page, redirectUri) {
  await consentPage.allow(page).click();
  await page.waitForURL((url) => url.href.startsWith(redirectUri));
  return new URL(page.url());
}

/** The tokens of somebody who is signed in on the page and agrees. */
async function obtainTokens(page, config, redirectUri) {
  const { url, checks } = await authorization(config, redirectUri);
  await page.goto(url.href);
  await hydrated(page);
  return oauth.authorizationCodeGrant(config, await agree(page, redirectUri), checks);
}

test('the server describes itself', async ({ open }) => {
  const client = await register(await open(), { name: 'Explorer', grants: ['client_credentials'] });
  const metadata = (await connect(client)).serverMetadata();
  assert.equal(metadata.issuer, world.server.url);
  for (const endpoint of ['authorization', 'token', 'revocation', 'introspection']) {
    assert.match(metadata[`${endpoint}_endpoint`], new RegExp(`^${world.server.url}/oauth/`));
  }
  assert.equal(metadata.supportsPKCE(), true);
  assert.equal(metadata.authorization_response_iss_parameter_supported, true);
});

for (const token_kind of ['opaque', 'jwt']) {
  for (const [method, authentication] of Object.entries(AUTHENTICATIONS)) {
    test(`a client acts for itself, by ${method}, with a token that is ${token_kind}`, async ({ open }) => {
      const client = await register(await open(), {
        name: `Machine ${method} ${token_kind}`,
        token_kind,
        grants: ['client_credentials'],
        scopes: ['customers.read', 'customers.create'],
      });
      const config = await connect(client, authentication);
      const tokens = await oauth.clientCredentialsGrant(config, { scope: 'customers.read' });
      assert.deepEqual([tokens.token_type, tokens.scope, tokens.refresh_token], ['bearer', 'customers.read', undefined]);
      assert.equal(tokens.expires_in, 900);

      const response = await listCustomers(config, tokens.access_token);
      assert.equal(response.status, 200);
      assert.equal(typeof (await response.json()).total_count, 'number');
      const introspected = await oauth.tokenIntrospection(config, tokens.access_token);
      const { active, client_id, scope } = introspected;
      assert.deepEqual([active, client_id, scope], [true, client.client_id, 'customers.read']);
      assert.equal(tokens.access_token.split('.').length, token_kind === 'jwt' ? 3 : 1);

      await oauth.tokenRevocation(config, tokens.access_token);
      assert.deepEqual(await oauth.tokenIntrospection(config, tokens.access_token), { active: false });
      await assertDead(config, tokens.access_token);
      await assert.rejects(oauth.clientCredentialsGrant(config, { scope: 'staff.manage' }), INVALID_SCOPE);
      const impostor = await connect({ ...client, client_secret: `${client.client_secret}x` }, authentication);
      await assert.rejects(oauth.clientCredentialsGrant(impostor), { status: 401 });
    });
  }
}

test('other servers can check a JWT by themselves', async ({ open }) => {
  const client = await register(await open(), { name: 'Signed', token_kind: 'jwt', grants: ['client_credentials'] });
  const config = await connect(client);
  const { access_token: token } = await oauth.clientCredentialsGrant(config);
  const { issuer, jwks_uri } = config.serverMetadata();
  const { payload, protectedHeader } = await jwtVerify(token, createRemoteJWKSet(new URL(jwks_uri)), {
    issuer,
    audience: issuer,
    typ: 'at+jwt',
    algorithms: ['EdDSA'],
    requiredClaims: ['sub', 'exp', 'iat', 'jti', 'client_id', 'scope'],
  });
  assert.equal(payload.client_id, client.client_id);
  assert.equal(payload.exp - payload.iat, 900);
  assert.ok(protectedHeader.kid);
});

testBothWays('a person signs in, agrees, and the client acts for them', async ({ open, javascript }) =>
  withApplication(async (redirectUri) => {
    const administrators = await open();
    const name = `Planner ${javascript ? 'one' : 'two'}`;
    const description = 'Plans the routes of technicians.';
    const client = await registerApplication(administrators, redirectUri, { name, description });
    const config = await connect(client);
    const { url, checks } = await authorization(config, redirectUri);

    const page = await open({ signedIn: false });
    await page.goto(url.href);
    await page.waitForURL((at) => at.pathname === '/login');
    await hydrated(page);
    await signInForm.submit(page, administrator.username, administrator.password);
    await consentPage.title(page, name).waitFor();
    await hydrated(page);
    await page.getByText(description).waitFor();
    await page.getByText('See customers').waitFor();
    await inspect(page, 'consent');
    const tokens = await oauth.authorizationCodeGrant(config, await agree(page, redirectUri), checks);
    assert.equal(tokens.scope, 'customers.read');
    const response = await listCustomers(config, tokens.access_token);
    assert.equal(response.status, 200);
    const introspected = await oauth.tokenIntrospection(config, tokens.access_token);
    assert.deepEqual([introspected.active, introspected.username], [true, administrator.username]);

    await visit(administrators, '/account/api');
    const granted = row(administrators, name);
    await inspect(administrators, 'api access granted');
    await apiAccessPage.end(granted).click();
    await notice(administrators, 'Access ended').waitFor();
    await granted.waitFor({ state: 'detached' });
    await assertDead(config, tokens.access_token);
    await assert.rejects(oauth.refreshTokenGrant(config, tokens.refresh_token), INVALID_GRANT);
  }),
);

test('a refresh token works once, and a second use ends all that came of it', async ({ open }) =>
  withApplication(async (redirectUri) => {
    const page = await open();
    const name = 'Refresher';
    const config = await connect(await registerApplication(page, redirectUri, { name, token_kind: 'jwt' }));
    const first = await obtainTokens(page, config, redirectUri);
    const second = await oauth.refreshTokenGrant(config, first.refresh_token);
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.equal((await listCustomers(config, second.access_token)).status, 200);

    await assert.rejects(oauth.refreshTokenGrant(config, first.refresh_token), INVALID_GRANT);
    await assert.rejects(oauth.refreshTokenGrant(config, second.refresh_token), INVALID_GRANT);
    for (const { access_token: token } of [first, second]) {
      await assertDead(config, token);
      assert.deepEqual(await oauth.tokenIntrospection(config, token), { active: false });
    }
    await visit(page, `/authentication-events?event=refresh_reused&subject=${administrator.username}`);
    await row(page, 'Refresh token used twice').first().waitFor();
  }),
);

test('revoking a refresh token ends its access tokens too', async ({ open }) =>
  withApplication(async (redirectUri) => {
    const page = await open();
    const config = await connect(await registerApplication(page, redirectUri, { name: 'Leaver' }), oauth.ClientSecretPost);
    const tokens = await obtainTokens(page, config, redirectUri);
    await oauth.tokenRevocation(config, tokens.refresh_token, { token_type_hint: 'refresh_token' });
    await assertDead(config, tokens.access_token);
    await assert.rejects(oauth.refreshTokenGrant(config, tokens.refresh_token), INVALID_GRANT);
  }),
);

test('an app without a secret has PKCE, and its code works once', async ({ open }) =>
  withApplication(async (redirectUri) => {
    const page = await open();
    const config = await connect(await registerApplication(page, redirectUri, { name: 'Pocket app', is_confidential: false }));
    const { url, checks } = await authorization(config, redirectUri);
    await page.goto(url.href);
    await hydrated(page);
    const answer = await agree(page, redirectUri);
    const tokens = await oauth.authorizationCodeGrant(config, answer, checks);
    assert.equal((await listCustomers(config, tokens.access_token)).status, 200);
    await assert.rejects(oauth.authorizationCodeGrant(config, answer, checks), INVALID_GRANT);
    await assertDead(config, tokens.access_token);

    const stolen = await authorization(config, redirectUri);
    await page.goto(stolen.url.href);
    await hydrated(page);
    const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
    const wrong = { ...stolen.checks, pkceCodeVerifier };
    await assert.rejects(oauth.authorizationCodeGrant(config, await agree(page, redirectUri), wrong), INVALID_GRANT);
  }),
);

testBothWays('whoever refuses goes back without a code', async ({ open, javascript }) =>
  withApplication(async (redirectUri) => {
    const page = await open();
    const name = `Pushy ${javascript ? 'one' : 'two'}`;
    const config = await connect(await registerApplication(page, redirectUri, { name }));
    const { url, checks } = await authorization(config, redirectUri);
    await page.goto(url.href);
    await hydrated(page);
    await consentPage.refuse(page).click();
    await page.waitForURL((at) => at.href.startsWith(redirectUri));
    const answer = new URL(page.url());
    assert.equal(answer.searchParams.has('code'), false);
    await assert.rejects(oauth.authorizationCodeGrant(config, answer, checks), { error: 'access_denied' });
  }),
);

testBothWays('a request from an address that was not registered leads nowhere', async ({ open, javascript }) =>
  withApplication(async (redirectUri) => {
    const page = await open({ allow: /status of 400/ });
    const name = `Strayed ${javascript ? 'one' : 'two'}`;
    const config = await connect(await registerApplication(page, redirectUri, { name }));
    const { url } = await authorization(config, `${redirectUri}/elsewhere`);
    const response = await page.goto(url.href);
    assert.equal(response.status(), 400);
    await heading(page, 'This request cannot be answered').waitFor();
    await inspect(page, 'authorization refused');
  }),
);
