'use strict'

const crypto = require('crypto')

const HOSTS = { Production: 'https://bank.example', Sandbox: 'https://sandbox-bank.example' }
const text = value => Buffer.from(JSON.stringify(value)).toString('base64url')

/**
 * @requireOAuth
 * @integrationName Bank
 */
class Bank {
  constructor(config) {
    this.clientId = config.clientId
    this.privateKey = config.privateKey
    this.base = HOSTS[config.environment]
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `${this.base}/app-confirm?client_id=${this.clientId}&response_type=code`
  }

  // There is no client secret: the client signs a statement of its own.
  #assertion(issuer) {
    const now = Math.floor(Date.now() / 1000)
    const body = text({ alg: 'RS256', typ: 'JWT' }) + '.' + text({ iss: issuer, sub: this.clientId, aud: this.base, iat: now, exp: now + 300 })
    return body + '.' + crypto.createSign('RSA-SHA256').update(body).sign(this.privateKey, 'base64').replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
  }

  #token(issuer, form) {
    return Flowrunner.Request.post(`${this.base}/api/auth/token`).type('form').send({
      ...form, client_id: this.clientId, client_assertion: this.#assertion(issuer),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    const issuer = new URL(redirectURI).hostname
    const answer = await this.#token(issuer, { grant_type: 'authorization_code', code })
    return {
      token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
      connectionIdentityName: 'Bank account', overwrite: true, userData: { issuer },
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    const answer = await this.#token(this.request.headers['oauth-user-data-issuer'], { grant_type: 'refresh_token', refresh_token: refreshToken })
    return { token: answer.access_token, expirationInSeconds: answer.expires_in }
  }

  #get(path) {
    return Flowrunner.Request.get(`${this.base}/api${path}`).set({ Authorization: `Bearer ${this.request.headers['oauth-access-token']}` })
  }

  /**
   * @operationName Get balance
   * @category Accounts
   * @paramDef {"type":"String","name":"account","label":"Account","dictionary":"getAccountsDictionary"}
   */
  async getBalance(account) {
    const a = await this.#get(`/accounts/${account || 'main'}`)
    return { id: a.id, balance: Number(a.balance || 0).toLocaleString('en-US', { minimumFractionDigits: 2 }) }
  }

  /**
   * @registerAs DICTIONARY
   */
  async getAccountsDictionary() {
    const page = await this.#get('/accounts')
    return { items: page.items.map(a => ({ label: a.name, value: a.id })) }
  }
}

Flowrunner.ServerCode.addService(Bank, [
  { name: 'environment', displayName: 'Environment', type: 'CHOICE', options: ['Production', 'Sandbox'], defaultValue: 'Production', required: true },
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'privateKey', displayName: 'Private key (PEM)', type: 'TEXT', required: true, shared: true },
])
