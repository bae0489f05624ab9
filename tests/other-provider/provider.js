// A certified OpenID provider by other hands (npm `oidc-provider`), set up for the exchange as any country's would be:
// applications get access tokens for the audience `ndx`; the portal signs citizens in with code and PKCE.
//
// It keeps to the letter where FUDI is generous: what a scope stands for is told at the userinfo endpoint only, and its
// tokens are signed with other algorithms.
//
//   node provider.js PORT PEOPLE_FILE CLIENTS_FILE PORTAL_REDIRECT_URI

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const [port, peopleFile, clientsFile, redirectUri] = process.argv.slice(2);
const people = new Map(JSON.parse(readFileSync(peopleFile, 'utf8')).map((person) => [person.user, person]));
const registered = JSON.parse(readFileSync(clientsFile, 'utf8'));
const applications = new Map(
  registered.filter(({ grants }) => grants.includes('client_credentials')).map((client) => [client.clientId, client]),
);
const portal = registered.find(({ clientId }) => clientId === 'consent-portal');

const key = (type, options) => generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' });

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    ...[...applications.values()].map(({ clientId, clientSecret }) => ({
      client_id: clientId,
      client_secret: clientSecret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    {
      client_id: portal.clientId,
      client_secret: portal.clientSecret,
      redirect_uris: [redirectUri],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  claims: { openid: ['sub'], profile: ['name', 'nic'] },
  cookies: { keys: [randomBytes(32).toString('base64url')] },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
  features: {
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      // Applications need not name the exchange in their requests; the portal's access token is for userinfo alone.
      defaultResource: (_, client) => (applications.has(client.clientId) ? 'urn:farajaland:ndx' : undefined),
      getResourceServerInfo: () => ({
        audience: 'ndx',
        scope: '',
        accessTokenFormat: 'jwt',
        accessTokenTTL: 600,
        jwt: { sign: { alg: 'EdDSA' } },
      }),
    },
  },
  findAccount: (_, user) => {
    const person = people.get(user);
    return person && { accountId: user, claims: () => ({ sub: user, name: person.name, nic: person.nic }) };
  },
  jwks: {
    keys: [key('rsa', { modulusLength: 2048 }), key('ec', { namedCurve: 'P-256' }), key('ed25519')],
  },
  pkce: { required: () => true },
});

provider.listen(Number(port), '127.0.0.1');
