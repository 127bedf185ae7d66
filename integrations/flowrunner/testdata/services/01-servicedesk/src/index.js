'use strict'

/**
 * @requireOAuth
 * @integrationName Service Desk
 * @appearanceColor #1F8476 #2BB6A3
 */
class ServiceDesk {
  constructor(config) {
    this.instance = config.instance || process.env.DESK_INSTANCE
    this.clientId = config.clientId || process.env.DESK_CLIENT_ID
    this.clientSecret = config.clientSecret || process.env.DESK_CLIENT_SECRET
  }

  get #base() {
    return `https://${this.instance}.desk.example`
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL(authParams) {
    // The only shape that writes the redirect address itself, and so needs its argument.
    const query = new URLSearchParams({
      response_type: 'code', client_id: this.clientId, redirect_uri: authParams.redirectUri, state: authParams.state,
    })
    return `${this.#base}/oauth_auth?${query}`
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectUri }) {
    const answer = await this.#token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri })
    return {
      token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
      connectionIdentityName: null, overwrite: true,
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken() {
    const token = this.request.context.refreshToken || this.request.body.refreshToken
    if (!token) throw new Error('There is no refresh token in the context')
    const answer = await this.#token({ grant_type: 'refresh_token', refresh_token: token })
    return { token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in }
  }

  #token(form) {
    return Flowrunner.Request.post(`${this.#base}/oauth_token`).type('form')
      .send({ ...form, client_id: this.clientId, client_secret: this.clientSecret })
  }

  #get(path) {
    return Flowrunner.Request.get(this.#base + path).set({ Authorization: `Bearer ${this.request.headers['oauth-access-token']}` })
  }

  /**
   * @operationName List records
   * @category Records
   * @description Lists the newest records of a table.
   * @paramDef {"type":"String","name":"table","label":"Table","required":true,"dictionary":"getTablesDictionary"}
   * @paramDef {"type":"Number","name":"limit","label":"How many","uiComponent":{"type":"NUMERIC_STEPPER"}}
   */
  async listRecords(table, limit) {
    return this.#get(`/api/tables/${table}`).query({ limit: limit || 10 })
  }

  /**
   * @registerAs DICTIONARY
   */
  async getTablesDictionary({ search }) {
    const page = await this.#get('/api/tables').query({ like: search })
    return { items: page.items.map(t => ({ label: t.name, value: t.id })) }
  }
}

Flowrunner.ServerCode.addService(ServiceDesk, [
  { name: 'instance', displayName: 'Instance', type: 'STRING', required: true, hint: 'The part before .desk.example' },
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
