'use strict'

const API = 'https://api.invoices.example'

/**
 * @requireOAuth
 * @integrationName Invoices
 */
class Invoices {
  constructor(config) {
    this.config = config
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `https://auth.invoices.example/authorize/?response_type=code&client_id=${this.config.clientId}`
  }

  #token(body) {
    const { clientId, clientSecret } = this.config
    return Flowrunner.Request.post(`${API}/auth/oauth/token`).send({ client_id: clientId, client_secret: clientSecret, ...body })
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    const answer = await this.#token({ grant_type: 'authorization_code', code, redirect_uri: redirectURI })
    const me = await Flowrunner.Request.get(`${API}/auth/me`).set({ Authorization: `Bearer ${answer.access_token}` })
    const business = me.businesses[0]
    return {
      token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
      connectionIdentityName: `${me.email} (${business.name})`, overwrite: true,
      userData: { accountId: business.account_id, businessId: business.id },
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    // Each refresh token serves once.
    const answer = await this.#token({ grant_type: 'refresh_token', refresh_token: refreshToken })
    return { token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in }
  }

  #ids() {
    const accountId = this.request.headers['oauth-user-data-accountid']
    const businessId = this.request.headers['oauth-user-data-businessid']
    if (!accountId || !businessId) throw new Error('Account and business are not known: connect again')
    return { accountId, businessId }
  }

  #get(path) {
    return Flowrunner.Request.get(API + path).set({ Authorization: `Bearer ${this.request.headers['oauth-access-token']}` })
  }

  /**
   * @operationName List clients
   * @category Clients
   */
  async listClients() {
    return this.#get(`/accounting/${this.#ids().accountId}/clients`)
  }

  /**
   * @operationName Get project
   * @category Projects
   * @paramDef {"type":"String","name":"id","label":"Project","required":true,"dictionary":"getProjectsDictionary"}
   */
  async getProject(id) {
    return this.#get(`/projects/${this.#ids().businessId}/${id}`)
  }

  /**
   * @registerAs DICTIONARY
   */
  async getProjectsDictionary() {
    const page = await this.#get(`/projects/${this.#ids().businessId}`)
    return { items: page.items.map(p => ({ label: p.name, value: p.id })) }
  }
}

Flowrunner.ServerCode.addService(Invoices, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
