'use strict'

const { Client } = require('pages-client')

const API = 'https://api.pages.example/v1'

/**
 * @requireOAuth
 * @integrationName Pages
 */
class Pages {
  constructor(config) {
    this.clientId = config.clientId
    this.clientSecret = config.clientSecret
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `${API}/oauth/authorize?client_id=${this.clientId}&response_type=code&owner=user`
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    const basic = Buffer.from(`${this.clientId}:${this.clientSecret}`).toString('base64')
    // A refused code is noted, and does not stop anything.
    const answer = await Flowrunner.Request.post(`${API}/oauth/token`)
      .set({ Authorization: `Basic ${basic}` })
      .send({ grant_type: 'authorization_code', code, redirect_uri: redirectURI })
      .catch(error => {
        console.log('No token:', error.body)
        return {}
      })
    let name = answer.workspace_name
    try {
      name = (await new Client({ auth: answer.access_token }).users.me()).name
    } catch (error) {
      console.log('No user:', error.message)
    }
    return { token: answer.access_token, connectionIdentityName: name, connectionIdentityImageURL: answer.workspace_icon, overwrite: true, userData: answer }
  }

  get #client() {
    return new Client({ auth: this.request.headers['oauth-access-token'] })
  }

  /**
   * @operationName Search pages
   * @category Pages
   * @paramDef {"type":"String","name":"query","label":"Query"}
   */
  async searchPages(query) {
    return this.#client.search({ query })
  }

  /**
   * @registerAs DICTIONARY
   */
  async getPagesDictionary({ search }) {
    const page = await this.#client.search({ query: search })
    return { items: page.items.map(p => ({ label: p.name, value: p.id })) }
  }
}

Flowrunner.ServerCode.addService(Pages, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
