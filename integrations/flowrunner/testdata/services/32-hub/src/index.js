'use strict'

const API = 'https://api.hub.example'

/**
 * @requireOAuth
 * @integrationName Hub
 */
class Hub {
  constructor(config) {
    this.clientId = config.clientId
    this.clientSecret = config.clientSecret
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `https://app.hub.example/oauth/authorize?client_id=${this.clientId}&scope=contacts&optional_scope=tickets`
  }

  #token(form) {
    return Flowrunner.Request.post(`${API}/oauth/v1/token`).type('form').send({ client_id: this.clientId, client_secret: this.clientSecret, ...form })
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    const answer = await this.#token({ grant_type: 'authorization_code', code, redirect_uri: redirectURI })
    return {
      token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
      connectionIdentityName: 'Hub account', overwrite: true, // the same for every account
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
    return Flowrunner.Request.get(API + path).set({ Authorization: `Bearer ${this.request.headers['oauth-access-token']}` })
  }

  /**
   * @operationName List contacts
   * @category Contacts
   */
  async listContacts() {
    return this.#get('/crm/v3/contacts')
  }

  /**
   * @registerAs DICTIONARY
   */
  async getOwnersDictionary({ search, cursor }) {
    const page = await this.#get('/crm/v3/owners').query({ email: search, after: cursor })
    return { items: page.items.map(o => ({ label: o.name, value: o.id, note: o.email })), cursor: page.next }
  }
}

Flowrunner.ServerCode.addService(Hub, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
