'use strict'

const API = 'https://api.sites.example'

/**
 * @requireOAuth
 * @integrationName Sites
 */
class Sites {
  constructor(config) {
    this.clientId = config.clientId
    this.clientSecret = config.clientSecret
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `https://sites.example/oauth/authorize?response_type=code&client_id=${this.clientId}&scope=sites:read`
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    try {
      const answer = await Flowrunner.Request.post(`${API}/oauth/access_token`)
        .send({ client_id: this.clientId, client_secret: this.clientSecret, grant_type: 'authorization_code', code, redirect_uri: redirectURI })
      const { user } = await Flowrunner.Request.get(`${API}/info`).set({ Authorization: `Bearer ${answer.access_token}` })
      return { token: answer.access_token, connectionIdentityName: user.email, overwrite: true, userData: user }
    } catch (error) {
      console.log('executeCallback', error.message)
      return {}
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken() {
    return null // tokens live until they are revoked
  }

  #get(path) {
    return Flowrunner.Request.get(API + path).set({ Authorization: `Bearer ${this.request.headers['oauth-access-token']}` })
  }

  /**
   * @operationName List sites
   * @category Sites
   */
  async listSites() {
    return this.#get('/sites')
  }

  /**
   * @registerAs DICTIONARY
   */
  async getSitesDictionary({ search }) {
    const page = await this.#get('/sites')
    return { items: page.items.filter(s => !search || s.name.includes(search)).map(s => ({ label: s.name, value: s.id })) }
  }
}

Flowrunner.ServerCode.addService(Sites, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
