'use strict'

/**
 * @requireOAuth
 * @integrationName Plans
 */
class Plans {
  constructor(config) {
    this.config = config
    this.tenant = (config.tenantUrl || '').replace(/\/+$/, '')
  }

  get #scope() {
    return `${this.tenant}/user_impersonation offline_access`
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `https://login.plans.example/common/oauth2/v2.0/authorize?client_id=${this.config.clientId}&response_type=code&scope=${encodeURIComponent(this.#scope)}`
  }

  #token(form) {
    return Flowrunner.Request.post('https://login.plans.example/common/oauth2/v2.0/token').type('form')
      .send({ client_id: this.config.clientId, client_secret: this.config.clientSecret, scope: this.#scope, ...form })
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    const answer = await this.#token({ grant_type: 'authorization_code', code, redirect_uri: redirectURI })
    const me = await this.#get('/WhoAmI', answer.access_token)
    return {
      token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
      connectionIdentityName: `${me.name} at ${new URL(this.tenant).host}`, overwrite: true,
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

  #get(path, token = this.request.headers['oauth-access-token']) {
    return Flowrunner.Request.get(`${this.tenant}/api/data/v9.2${path}`).set({ Authorization: `Bearer ${token}` })
  }

  /**
   * @operationName List plans
   * @category Plans
   */
  async listPlans() {
    return this.#get('/plans')
  }

  /**
   * @registerAs DICTIONARY
   */
  async getPlansDictionary() {
    const page = await this.#get('/plans')
    return { items: page.items.map(p => ({ label: p.name, value: p.id })) }
  }
}

Flowrunner.ServerCode.addService(Plans, [
  { name: 'tenantUrl', displayName: 'Tenant URL', type: 'STRING', required: true },
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
