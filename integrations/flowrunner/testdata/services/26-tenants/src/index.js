'use strict'

const API = 'https://api.tenants.example'

/**
 * @requireOAuth
 * @integrationName Tenants
 */
class Tenants {
  constructor(config) {
    this.config = config
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `https://login.tenants.example/identity/connect/authorize?response_type=code&client_id=${this.config.clientId}&scope=offline_access%20accounting&state=fixed-${this.config.clientId.length}`
  }

  #token(form) {
    const basic = Buffer.from(`${this.config.clientId}:${this.config.clientSecret}`).toString('base64')
    return Flowrunner.Request.post('https://identity.tenants.example/connect/token').set({ Authorization: `Basic ${basic}` }).type('form').send(form)
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    try {
      const answer = await this.#token({ grant_type: 'authorization_code', code, redirect_uri: redirectURI })
      const tenants = await Flowrunner.Request.get(`${API}/connections`).set({ Authorization: `Bearer ${answer.access_token}` })
      return {
        token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
        connectionIdentityName: tenants[0].name, overwrite: true, // the first one, unasked
        userData: { tenants: tenants.map(t => ({ id: t.id, name: t.name })) },
      }
    } catch (error) {
      console.error('The connection was not made.', error.message)
      return {}
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    const answer = await this.#token({ grant_type: 'refresh_token', refresh_token: refreshToken })
    return { token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in }
  }

  #get(path) {
    const [tenant] = JSON.parse(this.request.headers['oauth-user-data-tenants'])
    return Flowrunner.Request.get(API + path)
      .set({ Authorization: `Bearer ${this.request.headers['oauth-access-token']}`, 'X-Tenant-Id': tenant.id })
  }

  /**
   * @operationName List accounts
   * @category Accounts
   */
  async listAccounts() {
    return this.#get('/accounts')
  }

  /**
   * @registerAs DICTIONARY
   */
  async getTenantsDictionary() {
    return { items: JSON.parse(this.request.headers['oauth-user-data-tenants']).map(t => ({ label: t.name, value: t.id })) }
  }
}

Flowrunner.ServerCode.addService(Tenants, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
