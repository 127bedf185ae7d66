'use strict'

const axios = require('axios')
const FormData = require('form-data')
const { splitVideo } = require('clip-cutter') // cannot run in a worker, and only one action needs it

const SITE = 'https://api.posts.example'

/**
 * @requireOAuth
 * @integrationName Posts
 */
class Posts {
  constructor(config) {
    this.config = config
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    // PKCE "plain": verifier, challenge and state are one.
    const verifier = 'posts-' + Date.now().toString(36) + '-' + Math.random().toString(36).slice(2).padEnd(40, 'x')
    const query = { response_type: 'code', client_id: this.config.clientId, state: verifier, code_challenge: verifier, code_challenge_method: 'plain', scope: 'post.read post.write' }
    return 'https://posts.example/i/oauth2/authorize?' + Object.keys(query).map(k => `${k}=${encodeURIComponent(query[k])}`).join('&')
  }

  #token(form) {
    const basic = Buffer.from(`${this.config.clientId}:${this.config.clientSecret}`).toString('base64')
    return Flowrunner.Request.post(`${SITE}/2/oauth2/token`).set({ Authorization: `Basic ${basic}` }).type('form').send(form)
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback(callback) {
    try {
      const answer = await this.#token({ grant_type: 'authorization_code', code: callback.code, code_verifier: callback.state, redirect_uri: callback.redirectURI })
      const { data } = await Flowrunner.Request.get(`${SITE}/2/users/me`).set({ Authorization: `Bearer ${answer.access_token}` })
      return {
        token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
        connectionIdentityName: `${data.name} (@${data.username})`, connectionIdentityImageURL: data.picture, overwrite: true, userData: data,
      }
    } catch (error) {
      console.log({ status: error.status, body: error.body, message: error.message })
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

  get #bearer() {
    return { Authorization: `Bearer ${this.request.headers['oauth-access-token']}` }
  }

  /**
   * @operationName List posts
   * @category Posts
   */
  async listPosts() {
    return Flowrunner.Request.get(`${SITE}/2/posts`).set(this.#bearer)
  }

  /**
   * @operationName Upload picture
   * @category Media
   * @paramDef {"type":"String","name":"text","label":"Bytes as text","required":true}
   */
  async uploadPicture(text) {
    const form = new FormData()
    form.append('media', Buffer.from(text), { filename: 'picture.png' })
    const { data } = await axios.post(`${SITE}/2/media`, form, { headers: { ...form.getHeaders(), ...this.#bearer } })
    return data
  }

  /**
   * @operationName Upload video
   * @category Media
   */
  async uploadVideo() {
    return splitVideo('video.mp4')
  }

  /**
   * @registerAs DICTIONARY
   */
  async getListsDictionary() {
    const { data } = await axios.get(`${SITE}/2/lists`, { headers: this.#bearer })
    return { items: data.items.map(l => ({ label: l.name, value: l.id })) }
  }
}

Flowrunner.ServerCode.addService(Posts, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
