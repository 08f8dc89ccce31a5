// npm openid-client as a relying party: it is told an issuer, a client id and a secret, and finds the rest by itself.
// It checks what certified clients check (iss, state, nonce, at_hash, signature by JWKS, audience, times, WWW-Authenticate).
//
//   DEMO=var/demo.json node --test tests/clients/
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, test } from 'node:test'
import * as client from 'openid-client'
import { answer, authenticator, Browser, has, posted } from './browser.mjs'

const demo = JSON.parse(readFileSync(process.env.DEMO, 'utf8'))
const [account] = demo.accounts
const person = { ...account, code: authenticator(account.totp_secret) }
const ours = demo.clients.bench
const [redirectUri] = ours.redirect_uris

const insecure = { execute: [client.allowInsecureRequests] } // the demo issuer is http://localhost

const discover = ({ client_id, client_secret }) =>
  client.discovery(
    new URL(demo.issuer),
    client_id,
    client_secret,
    client_secret ? client.ClientSecretBasic(client_secret) : client.None(),
    insecure,
  )

/** A question to the provider: the URL to open, and what the answer will be held against. */
async function question(config, parameters = {}) {
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    ...(parameters.max_age && { maxAge: Number(parameters.max_age) }),
  }
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access',
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...parameters,
  })
  return { url, checks }
}

/** Signs the person in and returns the tokens, checked. */
async function signIn(config, browser, parameters) {
  const { url, checks } = await question(config, parameters)
  const page = await answer(browser, await browser.open(url), person)
  assert.ok(page.left, `stuck at ${page.url}`)
  return client.authorizationCodeGrant(config, page.left, checks)
}

/** Asks without a person; resolves to the error code of the redirect. */
async function refusal(config, browser, parameters) {
  const { url, checks } = await question(config, parameters)
  const page = await browser.open(url)
  const error = await client.authorizationCodeGrant(config, page.left, checks).then(
    () => assert.fail('a code was given'),
    (reason) => reason,
  )
  assert.ok(error instanceof client.AuthorizationResponseError, String(error))
  return error.error
}

describe('openid-client', { concurrency: false }, () => {
  let config
  const browser = new Browser(demo.issuer)
  let tokens

  before(async () => {
    config = await discover(ours)
  })

  test('discovery says what there is', () => {
    const metadata = config.serverMetadata()
    assert.equal(metadata.issuer, demo.issuer)
    assert.ok(metadata.supportsPKCE())
    assert.deepEqual(metadata.response_types_supported, ['code'])
    assert.equal(metadata.authorization_response_iss_parameter_supported, true)
  })

  test('code with PKCE through the hosted pages', async () => {
    tokens = await signIn(config, browser)
    const claims = tokens.claims()
    assert.ok(claims.sub && claims.sid && claims.auth_time)
    assert.equal(claims.email, undefined, 'profile claims belong to userinfo')
  })

  test('userinfo for the same subject', async () => {
    const profile = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
    assert.equal(profile.email, account.email)
    assert.equal(typeof profile.name, 'string')
  })

  test('prompt=none with a session asks nothing', async () => {
    const { url, checks } = await question(config, { prompt: 'none' })
    const page = await browser.open(url)
    const silent = await client.authorizationCodeGrant(config, page.left, checks)
    assert.equal(silent.claims().sub, tokens.claims().sub)
    assert.equal(silent.claims().auth_time, tokens.claims().auth_time)
  })

  test('prompt=none without a session: login_required', async () => {
    assert.equal(await refusal(config, new Browser(demo.issuer), { prompt: 'none' }), 'login_required')
  })

  test('step-up: acr_values and max_age ask for the second factor alone', async () => {
    const fresh = new Browser(demo.issuer)
    const first = await signIn(config, fresh)
    const loa2 = config.serverMetadata().acr_values_supported.find((acr) => acr.endsWith(':loa2'))
    const { url, checks } = await question(config, { acr_values: loa2, max_age: '900' })
    const asked = await fresh.open(url)
    if (first.claims().acr !== loa2) assert.ok(has(asked, 'name="code"') && !has(asked, 'name="password"'))
    const page = await answer(fresh, asked, person)
    const stepped = await client.authorizationCodeGrant(config, page.left, checks)
    assert.equal(stepped.claims().acr, loa2)
    assert.ok(stepped.claims().amr.includes('otp'))
    assert.ok(stepped.claims().auth_time >= first.claims().auth_time)
  })

  test('refresh rotates, and the new tokens speak of the same person', async () => {
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token)
    assert.equal(refreshed.claims().sub, tokens.claims().sub)
    assert.equal(refreshed.claims().auth_time, tokens.claims().auth_time)
    await client.fetchUserInfo(config, refreshed.access_token, tokens.claims().sub)
    if (refreshed.refresh_token) await client.refreshTokenGrant(config, refreshed.refresh_token)
  })

  test('form_post', async () => {
    const { url, checks } = await question(config, { response_mode: 'form_post' })
    const page = await browser.open(url)
    const callback = new Request(redirectUri, { method: 'POST', body: posted(page, redirectUri) })
    const granted = await client.authorizationCodeGrant(config, callback, checks)
    assert.equal(granted.claims().sub, tokens.claims().sub)
  })

  test('a pushed authorization request, where the provider takes them', async (t) => {
    if (!config.serverMetadata().pushed_authorization_request_endpoint) return t.diagnostic('not offered')
    const { url, checks } = await question(config)
    const pushed = await client.buildAuthorizationUrlWithPAR(config, url.searchParams)
    const page = await browser.open(pushed)
    await client.authorizationCodeGrant(config, page.left, checks)
  })

  test('a person who says no: access_denied', async () => {
    const { url, checks } = await question(config, { prompt: 'consent' })
    const page = await answer(browser, await browser.open(url), person, { decision: 'deny' })
    assert.ok(page.left, `stuck at ${page.url}`)
    await assert.rejects(client.authorizationCodeGrant(config, page.left, checks), { error: 'access_denied' })
  })

  test('a code that was used buys nothing', async () => {
    const { url, checks } = await question(config)
    const page = await answer(browser, await browser.open(url), person)
    const granted = await client.authorizationCodeGrant(config, page.left, checks)
    await assert.rejects(client.authorizationCodeGrant(config, page.left, checks), { error: 'invalid_grant' })
    await assert.rejects(client.fetchUserInfo(config, granted.access_token, granted.claims().sub), (error) => {
      assert.ok(error instanceof client.WWWAuthenticateChallengeError, String(error))
      return error.cause[0].parameters.error === 'invalid_token'
    })
  })

  test('client credentials', async () => {
    const machine = await discover(demo.admin)
    const granted = await client.clientCredentialsGrant(machine, { scope: demo.admin.scope })
    assert.equal(granted.token_type, 'bearer')
    assert.equal(granted.refresh_token, undefined)
  })

  test('a wrong client secret: invalid_client', async () => {
    const impostor = await discover({ ...demo.admin, client_secret: 'x'.repeat(43) })
    await assert.rejects(client.clientCredentialsGrant(impostor), { status: 401 })
  })

  test('RP-initiated logout ends the session', async () => {
    const page = await browser.open(client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token }))
    assert.ok(page.left || page.status === 200)
    assert.equal(await refusal(config, browser, { prompt: 'none' }), 'login_required')
  })
})
