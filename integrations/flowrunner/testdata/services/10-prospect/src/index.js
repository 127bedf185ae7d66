'use strict'

const API = 'https://api.prospect.example/v1'

/**
 * @requireOAuth
 * @integrationName Prospect
 */
class Prospect {
  constructor(config) {
    this.clientId = config.clientId
    this.clientSecret = config.clientSecret
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    // The whole query stands behind the #.
    return `https://app.prospect.example/#/oauth/authorize?client_id=${this.clientId}&response_type=code&scope=${encodeURIComponent('read write')}`
  }

  #token(form) {
    return Flowrunner.Request.post(`${API}/oauth/token`).type('form').send({ client_id: this.clientId, client_secret: this.clientSecret, ...form })
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    let result = {}
    try {
      const answer = await this.#token({ grant_type: 'authorization_code', code, redirect_uri: redirectURI })
      const me = await Flowrunner.Request.get(`${API}/users/profile`).set({ Authorization: `Bearer ${answer.access_token}` })
      result = {
        token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
        connectionIdentityName: `${me.first_name} ${me.last_name}`, overwrite: true, userData: me,
      }
    } catch (error) {
      console.log('executeCallback failed', JSON.stringify({ status: error.status, body: error.body }))
    }
    return result
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    try {
      const answer = await this.#token({ grant_type: 'refresh_token', refresh_token: refreshToken })
      return { token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in }
    } catch (error) {
      console.log('refreshToken failed', error.message)
      throw error
    }
  }

  /**
   * @operationName Search people
   * @category People
   * @paramDef {"type":"String","name":"query","label":"Query"}
   * @paramDef {"type":"Array<String>","name":"titles","label":"Titles","dictionary":"getTitlesDictionary"}
   */
  async searchPeople(query, titles = []) {
    return Flowrunner.Request.post(`${API}/people/search`, { q: query, titles }).set(this.#bearer())
  }

  /**
   * @registerAs DICTIONARY
   */
  async getTitlesDictionary({ search, cursor }) {
    const page = await Flowrunner.Request.get(`${API}/titles`).query({ search, page: cursor }).set(this.#bearer())
    return { items: page.items.map(t => ({ label: t.name, value: t.id })), cursor: page.next }
  }

  #bearer() {
    return { Authorization: `Bearer ${this.request.headers['oauth-access-token']}` }
  }
}

Flowrunner.ServerCode.addService(Prospect, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
