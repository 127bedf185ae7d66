'use strict'

const API = 'https://open.clips.example/v2'

/**
 * @requireOAuth
 * @integrationName Clips
 */
class Clips {
  constructor(config) {
    this.clientKey = config.clientKey
    this.clientSecret = config.clientSecret
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `https://www.clips.example/v2/auth/authorize/?client_key=${this.clientKey}&scope=user.info,video.list&response_type=code`
  }

  #token(form) {
    return Flowrunner.Request.post(`${API}/oauth/token/`).type('form').send({ client_key: this.clientKey, client_secret: this.clientSecret, ...form })
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    // Failure comes with 200 and an error, and leaves access_token undefined.
    const answer = await this.#token({ grant_type: 'authorization_code', code: decodeURIComponent(code), redirect_uri: redirectURI })
    const me = answer.access_token ? await this.#info(answer.access_token) : {}
    return {
      token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
      connectionIdentityName: me.display_name, connectionIdentityImageURL: me.avatar_url, overwrite: true, userData: { openId: answer.open_id },
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

  async #info(token) {
    const { data } = await Flowrunner.Request.get(`${API}/user/info/`).query({ fields: 'display_name,avatar_url' }).set({ Authorization: `Bearer ${token}` })
    return data.user
  }

  /**
   * @operationName Get profile
   * @category Profile
   */
  async getProfile() {
    return this.#info(this.request.headers['oauth-access-token'])
  }

  /**
   * @registerAs DICTIONARY
   */
  async getClipsDictionary({ cursor }) {
    const page = await Flowrunner.Request.post(`${API}/video/list/`, { cursor: cursor || 0 }).set({ Authorization: `Bearer ${this.request.headers['oauth-access-token']}` })
    return { items: page.items.map(c => ({ label: c.name, value: c.id })), cursor: page.next }
  }
}

Flowrunner.ServerCode.addService(Clips, [
  { name: 'clientKey', displayName: 'Client key', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
