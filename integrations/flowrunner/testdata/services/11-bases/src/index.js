'use strict'

const { challengeOf, newVerifier } = require('./pkce')

const SITE = 'https://bases.example'

/**
 * @requireOAuth
 * @integrationName Bases
 */
class Bases {
  constructor(config) {
    this.clientId = config.clientId
    this.clientSecret = config.clientSecret
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    // Nothing is kept between two calls, so the verifier travels as the state.
    const verifier = newVerifier()
    return `${SITE}/oauth2/v1/authorize?client_id=${this.clientId}&response_type=code&code_challenge=${challengeOf(verifier)}&code_challenge_method=S256&state=${verifier}&scope=data.read`
  }

  #token(form) {
    return Flowrunner.Request.post(`${SITE}/oauth2/v1/token`)
      .set({ Authorization: `Basic ${btoa(`${this.clientId}:${this.clientSecret}`)}` })
      .type('form').send({ client_id: this.clientId, client_secret: this.clientSecret, ...form })
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, state, redirectURI }) {
    try {
      const answer = await this.#token({ grant_type: 'authorization_code', code, redirect_uri: redirectURI, code_verifier: state })
      const me = await Flowrunner.Request.get(`${SITE}/v0/meta/whoami`).set({ Authorization: `Bearer ${answer.access_token}` })
      return {
        token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
        connectionIdentityName: me.email, overwrite: true, userData: me,
      }
    } catch (error) {
      console.error('Sign-in failed:', error.message)
      return {}
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
    return Flowrunner.Request.get(SITE + path).set({ Authorization: `Bearer ${this.request.headers['oauth-access-token']}` })
  }

  /**
   * @operationName List records
   * @category Records
   * @requiredOauth2Scopes data.read
   * @paramDef {"type":"String","name":"base","label":"Base","required":true,"dictionary":"getBasesDictionary"}
   * @paramDef {"type":"String","name":"table","label":"Table","required":true,"dictionary":"getTablesDictionary","dependsOn":["base"]}
   */
  async listRecords(base, table) {
    return this.#get(`/v0/${base}/${encodeURIComponent(table)}`)
  }

  /**
   * @registerAs DICTIONARY
   */
  async getBasesDictionary({ cursor }) {
    const page = await this.#get('/v0/meta/bases').query({ offset: cursor })
    return { items: page.items.map(b => ({ label: b.name, value: b.id })), cursor: page.next }
  }

  /**
   * @registerAs DICTIONARY
   */
  async getTablesDictionary({ criteria: { base } }) {
    const page = await this.#get(`/v0/meta/bases/${base}/tables`)
    return { items: page.items.map(t => ({ label: t.name, value: t.id })) }
  }
}

Flowrunner.ServerCode.addService(Bases, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
