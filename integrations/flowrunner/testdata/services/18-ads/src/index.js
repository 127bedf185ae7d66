'use strict'

const GRAPH = 'https://graph.ads.example/v20.0'

/**
 * @requireOAuth
 * @integrationName Ads
 */
class Ads {
  constructor(config) {
    this.appId = config.appId
    this.appSecret = config.appSecret
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `https://www.ads.example/dialog/oauth?client_id=${this.appId}&scope=${['ads_read', 'business'].join(',')}`
  }

  // A GET with the secrets in its query.
  #token(query) {
    return Flowrunner.Request.get(`${GRAPH}/oauth/access_token`).query({ client_id: this.appId, client_secret: this.appSecret, ...query })
  }

  #long(token) {
    return this.#token({ grant_type: 'ads_exchange_token', ads_exchange_token: token })
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    const short = await this.#token({ code, redirect_uri: redirectURI })
    const answer = await this.#long(short.access_token)
    const me = await Flowrunner.Request.get(`${GRAPH}/me`).query({ fields: 'id,name', access_token: answer.access_token })
    return {
      token: answer.access_token, refreshToken: answer.access_token, expirationInSeconds: answer.expires_in || 5184000,
      connectionIdentityName: me.name, overwrite: true,
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    const answer = await this.#long(refreshToken)
    return { token: answer.access_token, refreshToken: answer.access_token, expirationInSeconds: answer.expires_in || 5184000 }
  }

  #get(path, query) {
    return Flowrunner.Request.get(GRAPH + path).query({ ...query, access_token: this.request.headers['oauth-access-token'] })
  }

  /**
   * @operationName List campaigns
   * @category Campaigns
   * @paramDef {"type":"String","name":"account","label":"Ad account","dictionary":"getAccountsDictionary"}
   */
  async listCampaigns(account) {
    return this.#get(`/${account || 'me'}/campaigns`, { limit: 25 })
  }

  /**
   * @registerAs DICTIONARY
   */
  async getAccountsDictionary({ cursor }) {
    const page = await this.#get('/me/adaccounts', { after: cursor })
    return { items: page.items.map(a => ({ label: a.name, value: a.id })), cursor: page.next }
  }
}

Flowrunner.ServerCode.addService(Ads, [
  { name: 'appId', displayName: 'App ID', type: 'STRING', required: true, shared: true },
  { name: 'appSecret', displayName: 'App secret', type: 'STRING', required: true, shared: true },
])
