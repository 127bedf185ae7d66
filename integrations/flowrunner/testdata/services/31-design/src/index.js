'use strict'

const crypto = require('node:crypto')

const API = 'https://api.design.example/rest/v1'

/**
 * @requireOAuth
 * @integrationName Design
 */
class Design {
  constructor(config) {
    this.config = config
  }

  // Each call starts from nothing, so the verifier has to follow from what is always there.
  #verifier() {
    return crypto.createHmac('sha256', this.config.clientSecret).update('verifier', 'utf8').digest('base64url')
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    const challenge = crypto.createHash('sha256').update(this.#verifier()).digest('base64url')
    return `https://www.design.example/api/oauth/authorize?code_challenge=${challenge}&code_challenge_method=s256&scope=design:read&response_type=code&client_id=${this.config.clientId}`
  }

  #token(form) {
    const basic = Buffer.from(`${this.config.clientId}:${this.config.clientSecret}`).toString('base64')
    return Flowrunner.Request.post(`${API}/oauth/token`).set({ Authorization: `Basic ${basic}` }).type('form').send(form)
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    const answer = await this.#token({ grant_type: 'authorization_code', code, code_verifier: this.#verifier(), redirect_uri: redirectURI })
    const { profile } = await Flowrunner.Request.get(`${API}/users/me/profile`).set({ Authorization: `Bearer ${answer.access_token}` })
    return {
      token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
      connectionIdentityName: profile.display_name, overwrite: true,
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
   * @operationName List designs
   * @category Designs
   */
  async listDesigns() {
    return this.#get('/designs')
  }

  /**
   * @registerAs DICTIONARY
   */
  async getDesignsDictionary({ search, cursor }) {
    const page = await this.#get('/designs').query({ query: search, continuation: cursor })
    return { items: page.items.map(d => ({ label: d.name, value: d.id })), cursor: page.next }
  }
}

Flowrunner.ServerCode.addService(Design, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
