'use strict'

/**
 * @requireOAuth
 * @integrationName CRM
 */
class CRM {
  constructor(config) {
    this.consumerKey = config.consumerKey
    this.consumerSecret = config.consumerSecret
    this.login = config.sandbox ? 'https://test.crm.example' : 'https://login.crm.example'
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `${this.login}/services/oauth2/authorize?response_type=code&client_id=${this.consumerKey}`
  }

  #token(form) {
    return Flowrunner.Request.post(`${this.login}/services/oauth2/token`).type('form')
      .send({ client_id: this.consumerKey, client_secret: this.consumerSecret, ...form })
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    const answer = await this.#token({ grant_type: 'authorization_code', code, redirect_uri: redirectURI })
    return {
      token: JSON.stringify({ accessToken: answer.access_token, instanceUrl: answer.instance_url }),
      refreshToken: answer.refresh_token,
      connectionIdentityName: answer.instance_url,
      overwrite: true,
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    const answer = await this.#token({ grant_type: 'refresh_token', refresh_token: refreshToken })
    // The fault of this shape: what executeCallback stores is JSON, this is not.
    return { token: answer.access_token }
  }

  #get(path) {
    const { accessToken, instanceUrl } = JSON.parse(this.request.headers['oauth-access-token'])
    return Flowrunner.Request.get(`${instanceUrl}/services/data/v60.0${path}`).set({ Authorization: `Bearer ${accessToken}` })
  }

  /**
   * @operationName List objects
   * @category Objects
   */
  async listObjects() {
    return this.#get('/sobjects')
  }

  /**
   * @registerAs DICTIONARY
   */
  async getObjectsDictionary({ search }) {
    const page = await this.#get('/sobjects')
    return { items: page.items.filter(o => !search || o.name.includes(search)).map(o => ({ label: o.name, value: o.id })) }
  }
}

Flowrunner.ServerCode.addService(CRM, [
  { name: 'consumerKey', displayName: 'Consumer key', type: 'STRING', required: true, shared: true },
  { name: 'consumerSecret', displayName: 'Consumer secret', type: 'STRING', required: true, shared: true },
  { name: 'sandbox', displayName: 'Sandbox', type: 'BOOL', defaultValue: false },
])
