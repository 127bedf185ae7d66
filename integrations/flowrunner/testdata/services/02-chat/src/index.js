'use strict'

const API = 'https://api.chat.example'

/**
 * @requireOAuth
 * @integrationName Chat
 * @integrationTriggersScope ALL_APPS
 */
class Chat {
  constructor({ clientId, clientSecret }) {
    Object.assign(this, { clientId, clientSecret })
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `https://chat.example/oauth/authorize?client_id=${this.clientId}&scope=chat:write&user_scope=search:read`
  }

  #access(form) {
    // 200 whatever happens: ok says whether it worked.
    return Flowrunner.Request.post(`${API}/oauth.access`).type('form')
      .send({ client_id: this.clientId, client_secret: this.clientSecret, ...form })
      .then(answer => {
        if (!answer.ok) throw new Error(answer.error)
        return answer
      })
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  executeCallback({ code, redirectURI }) {
    return this.#access({ code, redirect_uri: redirectURI })
      .then(answer => ({
        token: JSON.stringify({ user: answer.authed_user.access_token, bot: answer.access_token }),
        refreshToken: JSON.stringify({ user: answer.authed_user.refresh_token, bot: answer.refresh_token }),
        expirationInSeconds: answer.expires_in,
        connectionIdentityName: answer.team.name,
        overwrite: true,
        userData: { team: answer.team },
      }))
      .catch(error => {
        console.error('The exchange did not work:', error.message)
        return {}
      })
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    try {
      const { user, bot } = JSON.parse(refreshToken)
      const renew = token => this.#access({ grant_type: 'refresh_token', refresh_token: token })
      const [u, b] = await Promise.all([renew(user), renew(bot)])
      return {
        token: JSON.stringify({ user: u.access_token, bot: b.access_token }),
        refreshToken: JSON.stringify({ user: u.refresh_token || user, bot: b.refresh_token || bot }),
        expirationInSeconds: Math.min(u.expires_in, b.expires_in),
      }
    } catch (error) {
      console.error('The refresh did not work:', error.message)
      return {}
    }
  }

  async #call(method, form, who = 'bot') {
    const token = JSON.parse(this.request.headers['oauth-access-token'])[who]
    const answer = await Flowrunner.Request.post(`${API}/${method}`).set({ Authorization: `Bearer ${token}` }).type('form').send(form)
    if (answer.ok === false) throw new Error(answer.error)
    return answer
  }

  /**
   * @operationName Send message
   * @category Messages
   * @paramDef {"type":"String","name":"channel","label":"Channel","required":true,"dictionary":"getChannelsDictionary"}
   * @paramDef {"type":"String","name":"text","label":"Text","required":true,"uiComponent":{"type":"MULTI_LINE_TEXT"}}
   */
  async sendMessage(channel, text) {
    return this.#call('messages.post', { channel, text })
  }

  /**
   * @operationName Search
   * @category Messages
   * @paramDef {"type":"String","name":"words","label":"Words"}
   */
  async search(words) {
    return this.#call('search.all', { words: words || '' }, 'user')
  }

  /**
   * @registerAs DICTIONARY
   */
  async getChannelsDictionary({ cursor }) {
    const page = await this.#call('channels.list', { cursor: cursor || '' })
    return { items: page.items.map(c => ({ label: c.name, value: c.id })), cursor: page.next || undefined }
  }
}

Flowrunner.ServerCode.addService(Chat, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
