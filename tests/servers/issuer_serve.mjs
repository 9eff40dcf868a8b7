// Serves the issuer that issuer.sh prepared on a free port of 127.0.0.1, until its standard input closes.
//
//   node issuer_serve.mjs HOME [--access-ttl SECONDS] [--device-ttl SECONDS]
//
// Prints one line, `ready http://127.0.0.1:PORT`. Whoever comes to log in is `ada`, without a password, and agrees to
// everything; after `POST /test/deny` the next one refuses instead. Keeps nothing but memory.

import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [home, ...options] = process.argv.slice(2);
const option = (name, otherwise) => {
  const at = options.indexOf(name);
  return at < 0 ? otherwise : Number(options[at + 1]);
};
// It warns of everything that nobody should run in production; and nobody reads here after the first line.
console.warn = () => {};
console.info = () => {};
const prepared = (path) => import(pathToFileURL(join(home, 'node_modules', path)));
const { Provider } = await prepared('oidc-provider/lib/index.js');
const { createRemoteJWKSet, jwtVerify } = await prepared('jose/dist/webapi/index.js');

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
const audience = 'urn:orchest:test';
const drive = 'https://www.googleapis.com/auth/drive';
const grants = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'];
const client = {
  application_type: 'native',
  grant_types: grants,
  response_types: ['code'],
  redirect_uris: ['http://127.0.0.1/callback'],
};

const claims = (id) => ({ sub: id, email: `${id}@example.org`, name: id, preferred_username: id });
const form = (body) => `<!doctype html><title>device</title><body>${body}`;
const provider = new Provider(issuer, {
  clients: [
    { ...client, client_id: 'orchest', token_endpoint_auth_method: 'none' },
    { ...client, client_id: 'orchest-basic', client_secret: 'canary-client-secret', token_endpoint_auth_method: 'client_secret_basic' },
    // As a desktop program is known at Google: its secret is none, and goes into the form.
    { ...client, client_id: 'orchest-desktop', client_secret: 'canary-desktop-secret', token_endpoint_auth_method: 'client_secret_post' },
  ],
  scopes: ['openid', 'offline_access', drive],
  // Google gives one to whoever asks for `access_type=offline`.
  issueRefreshToken: async (_, { clientId }, code) => code.scopes.has('offline_access') || clientId === 'orchest-desktop',
  cookies: { keys: ['one key for a test'] },
  claims: { openid: ['sub'], email: ['email'], profile: ['name', 'preferred_username'] },
  findAccount: (_, id) => ({ accountId: id, claims: () => claims(id) }),
  extraTokenClaims: () => ({ groups: ['lab/one', 'lab/two'] }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  pkce: { required: () => true },
  ttl: {
    AccessToken: option('--access-ttl', 3600),
    AuthorizationCode: 60,
    DeviceCode: option('--device-ttl', 600),
    Grant: 86400,
    IdToken: 3600,
    Interaction: 600,
    RefreshToken: 86400,
    Session: 86400,
  },
  features: {
    devInteractions: { enabled: false },
    revocation: { enabled: true },
    // The Infrastructure Manager wants to read that it is there.
    introspection: { enabled: true },
    deviceFlow: {
      enabled: true,
      charset: 'base-20',
      mask: '****-****',
      userCodeInputSource: (ctx, html, _out, error) => {
        ctx.body = form(`${html}${error ? `<p>${error.name}</p>` : ''}`);
      },
      userCodeConfirmSource: (ctx, html, _client, _info, userCode) => {
        ctx.body = form(`${html}<p>${userCode}</p>`);
      },
      successSource: (ctx) => {
        ctx.body = form('<p>approved</p>');
      },
    },
    // With a resource of its own, access tokens are JWTs, as those of INDIGO IAM are.
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: `openid profile email offline_access ${drive}`,
        accessTokenFormat: 'jwt',
        accessTokenTTL: option('--access-ttl', 3600),
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});

let denies = false;

async function interact(request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (denies) {
    denies = false;
    const refusal = { error: 'access_denied', error_description: 'ada does not want to' };
    return provider.interactionFinished(request, response, refusal, { mergeWithLastSubmission: false });
  }
  if (prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: 'ada' } }, { mergeWithLastSubmission: false });
  }
  const known = grantId && (await provider.Grant.find(grantId));
  const grant = known || new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  grant.addResourceScope(audience, params.scope);
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}

// Whoever gets a JWT asks the issuer who that is, as INDIGO IAM lets it. oidc-provider answers only to tokens without an
// audience, which its JWTs cannot be; so these are answered here, by the keys that it publishes.
const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
const bearer = (request) => /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
async function userinfo(token, response) {
  try {
    const { payload } = await jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt' });
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(claims(payload.sub)));
  } catch (error) {
    response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' }).end(`${error.code}\n`);
  }
}

const answer = provider.callback();
server.on('request', (request, response) => {
  if (request.method === 'POST' && request.url === '/test/deny') {
    denies = true;
    response.writeHead(204).end();
  } else if (request.url.startsWith('/interaction/')) {
    interact(request, response).catch((error) => response.writeHead(500).end(`${error.stack}\n`));
  } else if (request.url === '/me' && bearer(request)?.includes('.')) {
    userinfo(bearer(request), response);
  } else {
    answer(request, response);
  }
});

process.stdin.resume();
process.stdin.on('close', () => process.exit(0));
process.stdin.on('end', () => process.exit(0));
process.stdout.write(`ready ${issuer}\n`);
