'use strict'

const API = 'https://plain.example'

/**
 * @requireOAuth
 * @integrationName Plain
 * @integrationIcon /icon.png
 */
class Plain {
  constructor(config) {
    this.clientId = config.clientId
    this.clientSecret = config.clientSecret
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   * @returns {String}
   */
  async getOAuth2ConnectionURL() {
    return `${API}/authorize?client_id=${encodeURIComponent(this.clientId)}&response_type=code&scope=read`
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback(callbackObject) {
    const answer = await Flowrunner.Request.post(`${API}/token`)
      .set({ Authorization: this.#basic() })
      .form({ grant_type: 'authorization_code', code: callbackObject.code, redirect_uri: callbackObject.redirectURI })
      .type('form')
    const me = await Flowrunner.Request.get(`${API}/me`).set({ Authorization: `Bearer ${answer.access_token}` })
    return {
      token: answer.access_token,
      refreshToken: answer.refresh_token,
      expirationInSeconds: answer.expires_in,
      connectionIdentityName: me.email,
      overwrite: true,
      userData: me,
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    const answer = await Flowrunner.Request.post(`${API}/token`)
      .set({ Authorization: this.#basic() })
      .type('form')
      .send({ grant_type: 'refresh_token', refresh_token: refreshToken })
    return { token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in }
  }

  #basic() {
    return 'Basic ' + Buffer.from(`${this.clientId}:${this.clientSecret}`).toString('base64')
  }

  #token() {
    return { Authorization: `Bearer ${this.request.headers['oauth-access-token']}` }
  }

  /**
   * @operationName Get item
   * @category Items
   * @description Fetches one item.
   * @paramDef {"type":"String","name":"id","label":"Item","required":true,"dictionary":"getItemsDictionary"}
   * @paramDef {"type":"Boolean","name":"full","label":"All fields","uiComponent":{"type":"TOGGLE"}}
   * @sampleResult {"id":"1","name":"One"}
   */
  async getItem(id, full) {
    return await Flowrunner.Request.get(`${API}/items/${id}`).query({ full }).set(this.#token())
  }

  /**
   * @registerAs DICTIONARY
   * @paramDef {"type":"getItemsDictionary__payload","name":"payload"}
   */
  async getItemsDictionary({ search, cursor }) {
    const page = await Flowrunner.Request.get(`${API}/items`).query({ search, cursor }).set(this.#token())
    return { items: page.items.map(i => ({ label: i.name, value: i.id, note: `ID: ${i.id}` })), cursor: page.next }
  }
}

Flowrunner.ServerCode.addService(Plain, [
  { name: 'clientId', displayName: 'Client ID', type: Flowrunner.ServerCode.ConfigItems.TYPES.STRING, required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: Flowrunner.ServerCode.ConfigItems.TYPES.STRING, required: true, shared: true },
])
