// The two pages a participant sees: sign in and consent. As small as they can be, so that the comparison is of protocol
// and password work, not of templates.

import { verify } from '@node-rs/argon2';

const page = (title, form) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><form method="post">${form}</form></html>`;
const SIGN_IN = page(
  'Sign in',
  '<input name="identifier" autocomplete="username"><input name="password" type="password"><button id="sign-in">Sign in</button>',
);
const CONSENT = page('Allow access', '<button id="allow" name="decision" value="allow">Allow</button>');

function answer(response, status, html) {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(html),
    'cache-control': 'no-store',
  });
  response.end(html);
}

async function form(request) {
  let body = '';
  for await (const chunk of request) body += chunk;
  return new URLSearchParams(body);
}

async function granted(provider, details) {
  const { params, session, grantId, prompt } = details;
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  if (prompt.details.missingOIDCClaims) grant.addOIDCClaims(prompt.details.missingOIDCClaims);
  return grant.save();
}

/** Answers /interaction/:uid. `accounts` maps an e-mail address to {id, passwordHash}. */
export function pages(provider, accounts) {
  return async function interaction(request, response) {
    const details = await provider.interactionDetails(request, response);
    const signingIn = details.prompt.name === 'login';
    if (request.method === 'GET') return answer(response, 200, signingIn ? SIGN_IN : CONSENT);
    const fields = await form(request);
    if (!signingIn) {
      const grantId = await granted(provider, details);
      return provider.interactionFinished(request, response, { consent: { grantId } });
    }
    const account = accounts.get(fields.get('identifier'));
    if (!account || !(await verify(account.passwordHash, fields.get('password') ?? ''))) {
      return answer(response, 401, SIGN_IN);
    }
    return provider.interactionFinished(request, response, { login: { accountId: account.id, amr: ['pwd'] } });
  };
}
