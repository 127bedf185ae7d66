'use strict'

const Backend = require('backend-sdk')

const PAIRS = [['appId', 'restKey'], ['consoleId', 'consoleKey'], ['clientId', 'clientSecret']]

/**
 * @requireOAuth
 * @integrationName Backend
 */
class BackendService {
  constructor(config) {
    const pair = PAIRS.find(([id, key]) => config[id] && config[key])
    if (!pair) throw new Error('Set one of the three pairs of credentials')
    this.id = config[pair[0]]
    this.sdk = new Backend(this.id, config[pair[1]])
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `https://console.backend.example/oauth?response_type=code&client_id=${this.id}`
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    let answer
    try {
      answer = await this.sdk.token({ grant_type: 'authorization_code', code, redirect_uri: redirectURI })
    } catch (error) {
      console.error(error.message)
      return {}
    }
    const me = await this.sdk.get('/me', answer.access_token)
    return { token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in, connectionIdentityName: me.email, overwrite: true }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    const answer = await this.sdk.token({ grant_type: 'refresh_token', refresh_token: refreshToken })
    return { token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in }
  }

  /**
   * @operationName Find objects
   * @category Data
   * @paramDef {"type":"String","name":"table","label":"Table","dictionary":"getTablesDictionary"}
   */
  async findObjects(table) {
    return this.sdk.get(`/data/${table || 'Users'}`, this.request.headers['oauth-access-token'])
  }

  /**
   * @registerAs DICTIONARY
   */
  async getTablesDictionary() {
    const page = await this.sdk.get('/tables', this.request.headers['oauth-access-token'])
    return { items: page.items.map(t => ({ label: t.name, value: t.name })) }
  }
}

Flowrunner.ServerCode.addService(BackendService, PAIRS.flat().map(name => ({
  name, displayName: name, type: Flowrunner.ServerCode.ConfigItems.TYPES.STRING, shared: true,
})))
