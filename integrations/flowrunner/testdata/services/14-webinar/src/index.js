'use strict'

const AUTH = 'https://auth.webinar.example'
const API = 'https://api.webinar.example'

/**
 * @requireOAuth
 * @integrationName Webinar
 */
class Webinar {
  constructor(config) {
    this.clientId = config.clientId
    this.clientSecret = config.clientSecret
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `${AUTH}/oauth/authorize?client_id=${this.clientId}&response_type=code`
  }

  #token(form) {
    return Flowrunner.Request.post(`${AUTH}/oauth/token`)
      .set('Authorization', 'Basic ' + Buffer.from(this.clientId + ':' + this.clientSecret).toString('base64'))
      .set('Content-Type', 'application/x-www-form-urlencoded').send(form)
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    const answer = await this.#token({ grant_type: 'authorization_code', code, redirect_uri: redirectURI })
    if (!answer.organizer_key) throw new Error('This user organizes no webinars')
    const scim = await Flowrunner.Request.get(`${API}/identity/v1/Users/me`).set({ Authorization: `Bearer ${answer.access_token}`, Accept: 'application/scim+json' })
    return {
      token: `${answer.access_token}:${answer.organizer_key}:${answer.account_key}`,
      refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
      connectionIdentityName: scim.userName, overwrite: true,
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    const [, organizer, account] = this.request.headers['oauth-access-token'].split(':')
    const answer = await this.#token({ grant_type: 'refresh_token', refresh_token: refreshToken })
    return {
      token: `${answer.access_token}:${organizer}:${account}`,
      refreshToken: answer.refresh_token || refreshToken, expirationInSeconds: answer.expires_in,
    }
  }

  #get(path) {
    const [token, organizer] = this.request.headers['oauth-access-token'].split(':')
    return Flowrunner.Request.get(`${API}/G2W/organizers/${organizer}${path}`).set({ Authorization: `Bearer ${token}` })
  }

  /**
   * @operationName List webinars
   * @category Webinars
   */
  async listWebinars() {
    return this.#get('/webinars').query({ size: 20 })
  }

  /**
   * @registerAs DICTIONARY
   */
  async getWebinarsDictionary({ cursor }) {
    const page = await this.#get('/webinars').query({ page: cursor || 0 })
    return { items: page.items.map(w => ({ label: w.name, value: w.id })), cursor: page.next || null }
  }
}

Flowrunner.ServerCode.addService(Webinar, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
