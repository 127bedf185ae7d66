'use strict'

const SITE = 'https://www.runs.example'

/**
 * @requireOAuth
 * @integrationName Runs
 */
class Runs {
  constructor(config) {
    this.clientId = config.clientId
    this.clientSecret = config.clientSecret
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `${SITE}/oauth/authorize?client_id=${this.clientId}&response_type=code&approval_prompt=auto&scope=activity:read`
  }

  #token(body) {
    return Flowrunner.Request.post(`${SITE}/api/v3/oauth/token`, { client_id: this.clientId, client_secret: this.clientSecret, ...body })
  }

  // The provider says when the token ends, not how long it lives.
  #grant(answer) {
    return { token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_at - Date.now() / 1000 }
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code }) {
    const answer = await this.#token({ grant_type: 'authorization_code', code })
    const who = answer.athlete || answer.user
    return { ...this.#grant(answer), connectionIdentityName: `${who.first_name} ${who.last_name}`, overwrite: true, userData: { id: who.id } }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    return this.#grant(await this.#token({ grant_type: 'refresh_token', refresh_token: refreshToken }))
  }

  #get(path) {
    return Flowrunner.Request.get(`${SITE}/api/v3${path}`).set({ Authorization: `Bearer ${this.request.headers['oauth-access-token']}` })
  }

  /**
   * @operationName List activities
   * @category Activities
   * @paramDef {"type":"Number","name":"before","label":"Before","uiComponent":{"type":"DATE_TIME_PICKER"}}
   */
  async listActivities(before) {
    return this.#get('/activities').query({ before: before && Math.floor(before / 1000) })
  }

  /**
   * @registerAs DICTIONARY
   */
  async getClubsDictionary() {
    const page = await this.#get('/clubs')
    return { items: page.items.map(c => ({ label: c.name, value: c.id })) }
  }
}

Flowrunner.ServerCode.addService(Runs, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
