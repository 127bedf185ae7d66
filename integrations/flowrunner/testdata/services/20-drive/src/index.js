'use strict'

const { drive, auth: { OAuth2 } } = require('bigclient') // large, not committed; one action only needs it
const https = require('https')
const { PassThrough } = require('stream')

const API = 'https://www.drive.example'

/**
 * @requireOAuth
 * @integrationName Drive
 * @usesFileStorage
 */
class Drive {
  constructor(config) {
    this.config = config
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    const query = new URLSearchParams({ client_id: this.config.clientId, response_type: 'code', scope: 'files email', access_type: 'offline', prompt: 'consent' })
    return `https://accounts.drive.example/o/oauth2/v2/auth?${query.toString()}`
  }

  #token(form) {
    return Flowrunner.Request.post('https://oauth2.drive.example/token').type('form').send({ client_id: this.config.clientId, client_secret: this.config.clientSecret, ...form })
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    const answer = await this.#token({ grant_type: 'authorization_code', code, redirect_uri: redirectURI })
    const me = await Flowrunner.Request.get(`${API}/oauth2/v2/userinfo`).set({ Authorization: `Bearer ${answer.access_token}` })
    return {
      token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
      connectionIdentityName: `${me.name} (${me.email})`, connectionIdentityImageURL: me.picture, overwrite: true, userData: me,
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    const answer = await this.#token({ grant_type: 'refresh_token', refresh_token: refreshToken })
    return { token: answer.access_token, expirationInSeconds: answer.expires_in }
  }

  #bearer() {
    return { Authorization: `Bearer ${this.request.headers['oauth-access-token']}` }
  }

  /**
   * @operationName List files
   * @category Files
   */
  async listFiles() {
    return Flowrunner.Request.get(`${API}/drive/v3/files`).set(this.#bearer())
  }

  /**
   * @operationName Download file
   * @category Files
   * @paramDef {"type":"String","name":"id","label":"File","required":true,"dictionary":"getFilesDictionary"}
   */
  async downloadFile(id) {
    const bytes = await new Promise((resolve, reject) => {
      https.get(`${API}/drive/v3/files/${id}?alt=media`, { headers: this.#bearer() }, response => {
        const through = new PassThrough()
        const pieces = []
        through.on('data', p => pieces.push(p))
        through.on('end', () => resolve(Buffer.concat(pieces)))
        response.pipe(through)
      }).on('error', reject)
    })
    return this.flowrunner.Files.uploadFile(bytes, { filename: `${id}.bin`, generateUrl: true, overwrite: true, scope: 'FLOW' })
  }

  /**
   * @operationName Copy file
   * @category Files
   */
  async copyFile() {
    return drive({ version: 'v3', auth: new OAuth2() }).files.copy({})
  }

  /**
   * @registerAs DICTIONARY
   */
  async getFilesDictionary({ cursor }) {
    const page = await Flowrunner.Request.get(`${API}/drive/v3/files`).query({ pageToken: cursor }).set(this.#bearer())
    return { items: page.items.map(f => ({ label: f.name, value: f.id })), cursor: page.next }
  }
}

Flowrunner.ServerCode.addService(Drive, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
