// Cuts GitHub's description down to the routes about members, and to what these lead to: of the whole one, a thousand
// routes, a server takes a minute to start.
//
//   node cut.mjs WHOLE CUT

import { readFileSync, writeFileSync } from 'node:fs';

const ROUTES = /^\/user$|^\/(user\/memberships\/orgs|orgs\/\{org\}\/(members|memberships|invitations|failed_invitations|teams\/\{team_slug\}))(\/|$)/;

const [from, to] = process.argv.slice(2);
const whole = JSON.parse(readFileSync(from, 'utf8'));
const paths = Object.fromEntries(Object.entries(whole.paths).filter(([route]) => ROUTES.test(route)));
if (Object.keys(paths).length === 0) throw new Error(`${from} has none of the routes`);

const components = {};
const gather = (part) => {
  if (part === null || typeof part !== 'object') return;
  if (typeof part.$ref === 'string') {
    const [kind, name] = part.$ref.replace('#/components/', '').split('/');
    components[kind] ??= {};
    if (!(name in components[kind])) {
      components[kind][name] = whole.components[kind][name];
      gather(components[kind][name]);
    }
  }
  Object.values(part).forEach(gather);
};
gather(paths);

// GitHub asks for `Accept: application/vnd.github+json` and answers to it, but its description has the plain type alone;
// Prism would give a 406.
for (const operation of Object.values(paths).flatMap((route) => Object.values(route))) {
  for (const { content } of [...Object.values(operation.responses ?? {}), ...Object.values(components.responses ?? {})]) {
    if (content?.['application/json']) content['application/vnd.github+json'] = content['application/json'];
  }
}

// A server of examples has one page, which it gives as every other too; so there is no other.
for (const operation of Object.values(paths).flatMap((route) => Object.values(route))) {
  for (const { headers } of Object.values(operation.responses ?? {})) delete headers?.Link;
}

// Whose token it is, is an owner in the answers; in the example that one is only invited, and may change nothing.
components.examples['org-membership'].value.state = 'active';

const { openapi, info, servers } = whole;
writeFileSync(to, JSON.stringify({ openapi, info, servers, paths, components }));
