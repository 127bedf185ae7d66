'use strict'

const API = 'https://api.inbox.example'

/**
 * @requireOAuth
 * @integrationName Inbox
 */
class Inbox {
  constructor(config) {
    this.clientId = config.clientId
    this.clientSecret = config.clientSecret
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `https://app.inbox.example/oauth?client_id=${this.clientId}&state=${this.request.headers['oauth-state']}`
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, state }) {
    if (!state || state !== this.request.headers['oauth-state']) throw new Error('The state came back changed')
    const answer = await Flowrunner.Request.post(`${API}/auth/inbox/token`).send({ code, client_id: this.clientId, client_secret: this.clientSecret })
    const me = await Flowrunner.Request.get(`${API}/me`).set({ Authorization: `Bearer ${answer.access_token}` })
    return { token: answer.access_token, connectionIdentityName: me.email || null, connectionIdentityImageURL: me.avatar_url, overwrite: true, userData: {} }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken() {}

  #get(path) {
    return Flowrunner.Request.get(API + path).set({ Authorization: `Bearer ${this.request.headers['oauth-access-token']}` })
  }

  /**
   * @operationName List conversations
   * @category Conversations
   */
  async listConversations() {
    return this.#get('/conversations')
  }

  /**
   * @registerAs DICTIONARY
   */
  async getTeamsDictionary() {
    const page = await this.#get('/teams')
    return { items: page.items.map(t => ({ label: t.name, value: t.id })) }
  }
}

Flowrunner.ServerCode.addService(Inbox, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
