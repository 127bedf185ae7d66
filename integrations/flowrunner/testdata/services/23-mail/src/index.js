'use strict'

const compose = require('mail-composer-kit') // in no registry
const { encode } = require('./mime')
const oauth = require('./oauth')
const { folders } = require('./folders.json')

const API = 'https://mail.example/v1/me'

/**
 * @requireOAuth
 * @integrationName Mail
 */
class Mail {
  constructor(config) {
    this.oauth = oauth(config)
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return this.oauth.url()
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    const answer = await this.oauth.token({ grant_type: 'authorization_code', code, redirect_uri: redirectURI })
    const { body, headers } = await Flowrunner.Request.get(`${API}/profile`).set({ Authorization: `Bearer ${answer.access_token}` }).unwrapBody(false)
    return {
      token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: String(answer.expires_in),
      connectionIdentityName: body.email, overwrite: true, userData: { server: headers.server || null },
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    try {
      const answer = await this.oauth.token({ grant_type: 'refresh_token', refresh_token: refreshToken })
      return { token: answer.access_token, expirationInSeconds: String(answer.expires_in) }
    } catch (error) {
      const refused = error.body && error.body.error === 'invalid_grant'
      throw new Error(refused ? 'Access was expired or revoked: please reconnect' : `No new token: ${error.message}`)
    }
  }

  #call(method, path, body) {
    return Flowrunner.Request[method](API + path, body).set({ Authorization: `Bearer ${this.request.headers['oauth-access-token']}` })
  }

  /**
   * @operationName List messages
   * @category Messages
   * @paramDef {"type":"String","name":"folder","label":"Folder","dictionary":"getFoldersDictionary"}
   */
  async listMessages(folder) {
    const { status, body } = await this.#call('get', '/messages').query({ folder }).unwrapBody(false)
    return { status, body }
  }

  /**
   * @operationName Send message
   * @category Messages
   * @paramDef {"type":"String","name":"to","label":"To","required":true}
   * @paramDef {"type":"String","name":"text","label":"Text","required":true}
   */
  async sendMessage(to, text) {
    return this.#call('post', '/messages/send', { raw: encode(to, text) })
  }

  /**
   * @operationName Send message with attachment
   * @category Messages
   */
  async sendAttachment() {
    return compose({ to: 'nobody' })
  }

  /**
   * @registerAs DICTIONARY
   */
  async getFoldersDictionary() {
    return { items: folders.map(f => ({ label: f, value: f.toUpperCase() })) }
  }
}

Flowrunner.ServerCode.addService(Mail, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
