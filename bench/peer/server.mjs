// npm oidc-provider, set up for what Gerbang does: rotated refresh tokens, JWT access tokens for machines, introspection,
// Argon2id passwords, one process. Usage: node server.mjs CONFIG.json
//
// CONFIG: issuer, port, adapter ("memory" | "postgres"), databaseUrl, jwks, clients [{…registration metadata,
// machineTokenAlg}], accounts [{id, email, name, passwordHash}].

import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';

import Provider from 'oidc-provider';

import { MemoryAdapter } from './memory.mjs';
import { pages } from './pages.mjs';
import { openPostgres } from './postgres.mjs';

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));

// Accounts and clients stay in memory on both stores, in this server's favour.
const byEmail = new Map(config.accounts.map((account) => [account.email, account]));
const byId = new Map(config.accounts.map((account) => [account.id, account]));
const machineTokenAlg = new Map(config.clients.map((client) => [client.client_id, client.machineTokenAlg]));

/** Our clients are pre-authorised in Gerbang, so they are here: a first-party client needs no consent page. */
async function loadExistingGrant(ctx) {
  const { client, session, params, result } = ctx.oidc;
  const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  if (grantId) return ctx.oidc.provider.Grant.find(grantId);
  const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(params.scope);
  await grant.save();
  return grant;
}

const provider = new Provider(config.issuer, {
  adapter: config.adapter === 'postgres' ? await openPostgres(config.databaseUrl) : MemoryAdapter,
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  clients: config.clients.map(({ machineTokenAlg: _, ...metadata }) => metadata),
  cookies: { keys: ['a throw-away key of a throw-away server'] },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      // Machines get an RFC 9068 JWT, as Gerbang gives them; people's access tokens stay opaque, this package's default.
      defaultResource: (ctx) => (ctx.oidc.params.grant_type === 'client_credentials' ? config.issuer : undefined),
      getResourceServerInfo: (ctx, resource, client) => ({
        scope: 'api',
        audience: resource,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: machineTokenAlg.get(client.clientId) } },
      }),
    },
  },
  async findAccount(_ctx, id) {
    const account = byId.get(id);
    return (
      account && {
        accountId: id,
        claims: async () => ({ sub: id, email: account.email, email_verified: true, name: account.name }),
      }
    );
  },
  interactions: {
    url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
  },
  jwks: config.jwks,
  loadExistingGrant,
  pkce: { required: () => true },
  rotateRefreshToken: true,
  ttl: {
    AccessToken: 3600,
    AuthorizationCode: 60,
    ClientCredentials: 3600,
    Grant: 30 * 86400,
    IdToken: 3600,
    Interaction: 3600,
    RefreshToken: 30 * 86400,
    Session: 14 * 86400,
  },
});

provider.on('server_error', (_ctx, error) => console.error(error));

const protocol = provider.callback();
const interaction = pages(provider, byEmail);

const server = createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) {
    protocol(request, response);
    return;
  }
  interaction(request, response).catch((error) => {
    console.error(error);
    response.writeHead(500).end();
  });
});
server.keepAliveTimeout = 120_000;
server.listen(config.port, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
