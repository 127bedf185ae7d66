// The strict authorization server that tests run against: npm's oidc-provider on loopback, in memory.
//
// Its one argument is a JSON object, see oidcprovider.go. It prints {"issuer":…,"listen":…} when it is ready, answers
// /stats with counters, and ends when its standard input does, so that it never outlives the test that started it.
import crypto from 'node:crypto'
import http from 'node:http'
import { Provider } from 'oidc-provider'

const options = JSON.parse(process.argv[2] ?? '{}')
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))

const server = http.createServer((req, res) => handle(req, res))
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const listen = `http://127.0.0.1:${server.address().port}`
const issuer = options.issuer || listen

const redirects = ['http://127.0.0.1/callback', 'http://[::1]/callback', 'http://localhost/callback', ...(options.redirect_uris ?? [])]
const client = (client_id, method, more) => ({
  client_id,
  client_name: client_id,
  application_type: 'native',
  token_endpoint_auth_method: method,
  response_types: ['code'],
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
  redirect_uris: redirects,
  ...more,
})

const key = (type, o, alg) => ({
  ...crypto.generateKeyPairSync(type, o).privateKey.export({ format: 'jwk' }),
  use: 'sig', alg, kid: crypto.randomUUID(),
})

const stats = { token_requests: {}, token_errors: {}, reuse_errors: 0, grants_revoked: 0, revocations: 0, introspections: 0, registrations: 0 }

const provider = new Provider(issuer, {
  clients: [
    client('native', 'none'),
    client('basic', 'client_secret_basic', { client_secret: 'basic secret+/%:1' }),
    client('post', 'client_secret_post', { client_secret: 'post-secret-1' }),
  ],
  jwks: { keys: [key('rsa', { modulusLength: 2048 }, 'RS256'), key('ec', { namedCurve: 'P-256' }, 'ES256')] },
  cookies: { keys: [crypto.randomBytes(32).toString('base64url')] },
  ttl: {
    AccessToken: options.access_token_ttl || 3600,
    AuthorizationCode: 60,
    DeviceCode: 600,
    Grant: 86400,
    IdToken: 3600,
    Interaction: 600,
    RefreshToken: options.refresh_token_ttl || 86400,
    Session: 86400,
  },
  rotateRefreshToken: options.rotate !== false,
  issueRefreshToken: async (_ctx, c) => c.grantTypeAllowed('refresh_token'),
  scopes: ['openid', 'offline_access', 'api'],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
  clientBasedCORS: () => false,
  features: {
    devInteractions: { enabled: true },
    deviceFlow: { enabled: true },
    revocation: { enabled: true },
    introspection: { enabled: true, allowedPolicy: async () => true },
    dPoP: { enabled: true, nonceSecret: crypto.randomBytes(32), requireNonce: () => false },
    registration: { enabled: true },
    registrationManagement: { enabled: true },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: false },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: async () => true,
      getResourceServerInfo: async (_ctx, resource) => ({ scope: 'api', audience: resource, accessTokenFormat: 'opaque' }),
    },
  },
  findAccount: async (_ctx, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, email: id.includes('@') ? id : `${id}@example.com`, email_verified: true, name: id, preferred_username: id }),
  }),
})

provider.on('grant.error', (ctx, err) => {
  const code = err.error ?? 'server_error'
  stats.token_errors[code] = (stats.token_errors[code] ?? 0) + 1
  if (err.error_detail === 'refresh token already used') stats.reuse_errors++
})
provider.on('grant.revoked', () => { stats.grants_revoked++ })
provider.on('server_error', (_ctx, err) => { console.error(err) })
provider.use(async (ctx, next) => {
  await next()
  const count = (name) => { if (ctx.method === 'POST') stats[name]++ }
  switch (ctx.oidc?.route) {
    case 'token': {
      const grant = ctx.oidc.params?.grant_type ?? ''
      stats.token_requests[grant] = (stats.token_requests[grant] ?? 0) + 1
      break
    }
    case 'revocation': count('revocations'); break
    case 'introspection': count('introspections'); break
    case 'registration': count('registrations'); break
  }
})

const callback = provider.callback()
function handle(req, res) {
  if (req.url === '/stats') {
    res.setHeader('Content-Type', 'application/json')
    res.end(JSON.stringify(stats))
    return
  }
  callback(req, res)
}

console.log(JSON.stringify({ issuer, listen }))
