'use strict'

const API = 'https://api.tasks.example/v2'
const TEN_YEARS = 10 * 365 * 24 * 3600

/**
 * @requireOAuth
 * @integrationName Tasks
 */
class Tasks {
  constructor(config) {
    this.clientId = config.clientId
    this.clientSecret = config.clientSecret
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `https://app.tasks.example/api?client_id=${this.clientId}`
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code }) {
    try {
      const answer = await Flowrunner.Request.post(`${API}/oauth/token`).query({ client_id: this.clientId, client_secret: this.clientSecret, code })
      const { user } = await Flowrunner.Request.get(`${API}/user`).set({ Authorization: answer.access_token })
      return {
        token: answer.access_token, refreshToken: answer.access_token, expirationInSeconds: TEN_YEARS,
        connectionIdentityName: user.username, connectionIdentityImageURL: user.picture, overwrite: true,
      }
    } catch (error) {
      console.error('executeCallback:', error.message)
      return {}
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken() {
    return { token: this.request.headers['oauth-access-token'], expirationInSeconds: TEN_YEARS }
  }

  #get(path) {
    return Flowrunner.Request.get(API + path).set({ Authorization: this.request.headers['oauth-access-token'] })
  }

  /**
   * @operationName Get tasks
   * @category Tasks
   * @paramDef {"type":"String","name":"list","label":"List","dictionary":"getListsDictionary"}
   * @paramDef {"type":"Boolean","name":"closed","label":"Closed too","uiComponent":{"type":"TOGGLE"},"defaultValue":false}
   */
  async getTasks(list, closed) {
    return this.#get(`/list/${list || 'all'}/task`).query({ include_closed: closed })
  }

  /**
   * @registerAs DICTIONARY
   */
  async getListsDictionary() {
    const page = await this.#get('/list')
    return { items: page.items.map(l => ({ label: l.name, value: l.id })) }
  }
}

Flowrunner.ServerCode.addService(Tasks, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
