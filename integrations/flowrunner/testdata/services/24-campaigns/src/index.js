'use strict'

const LOGIN = 'https://login.campaigns.example'

/**
 * @requireOAuth
 * @integrationName Campaigns
 */
class Campaigns {
  constructor(config) {
    this.clientId = config.clientId
    this.clientSecret = config.clientSecret
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `${LOGIN}/oauth2/authorize?response_type=code&client_id=${this.clientId}`
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    const answer = await Flowrunner.Request.post(`${LOGIN}/oauth2/token`).type('form')
      .send({ grant_type: 'authorization_code', client_id: this.clientId, client_secret: this.clientSecret, code, redirect_uri: redirectURI })
    const about = await Flowrunner.Request.get(`${LOGIN}/oauth2/metadata`).set({ Authorization: `OAuth ${answer.access_token}` })
    return { token: answer.access_token, expirationInSeconds: 0, connectionIdentityName: about.login.email, overwrite: true, userData: { dc: about.dc } }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken() {
    throw new Error('Tokens of this provider do not expire, so there is nothing to refresh')
  }

  #get(path) {
    return Flowrunner.Request.get(`https://${this.request.headers['oauth-user-data-dc']}.api.campaigns.example/3.0${path}`)
      .set({ Authorization: `Bearer ${this.request.headers['oauth-access-token']}` })
  }

  /**
   * @operationName List audiences
   * @category Audiences
   */
  async listAudiences() {
    return this.#get('/lists').query({ count: 10 })
  }

  /**
   * @registerAs DICTIONARY
   */
  async getAudiencesDictionary({ cursor }) {
    const page = await this.#get('/lists').query({ offset: cursor })
    return { items: page.items.map(l => ({ label: l.name, value: l.id })), cursor: page.next }
  }
}

Flowrunner.ServerCode.addService(Campaigns, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
