'use strict'

/**
 * @requireOAuth
 * @integrationName Shop
 */
class Shop {
  constructor(config) {
    this.config = config
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `https://${this.config.shopDomain}/admin/oauth/authorize?client_id=${this.config.apiKey}&scope=read_orders`
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, shop }) {
    const host = shop || this.config.shopDomain
    try {
      const answer = await Flowrunner.Request.post(`https://${host}/admin/oauth/access_token`)
        .send({ client_id: this.config.apiKey, client_secret: this.config.apiSecret, code })
      const about = await Flowrunner.Request.get(`https://${host}/admin/api/shop.json`).set({ 'X-Shop-Access-Token': answer.access_token })
      return {
        token: answer.access_token, refreshToken: answer.access_token, expirationInSeconds: null,
        connectionIdentityName: about.shop.name, overwrite: true, userData: { host },
      }
    } catch (error) {
      console.error(`The exchange at ${host} failed`, error)
      return {}
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    return { token: refreshToken, refreshToken, expirationInSeconds: null }
  }

  #get(path) {
    return Flowrunner.Request.get(`https://${this.request.headers['oauth-user-data-host']}/admin/api${path}`)
      .set({ 'X-Shop-Access-Token': this.request.headers['oauth-access-token'] })
  }

  /**
   * @operationName List orders
   * @category Orders
   * @paramDef {"type":"String","name":"status","label":"Status","uiComponent":{"type":"DROPDOWN","options":{"values":["Open","Closed"]}}}
   */
  async listOrders(status) {
    return this.#get('/orders.json').query({ status: status && status.toLowerCase() })
  }

  /**
   * @registerAs DICTIONARY
   */
  async getLocationsDictionary() {
    const page = await this.#get('/locations.json')
    return { items: page.items.map(l => ({ label: l.name, value: l.id })) }
  }
}

Flowrunner.ServerCode.addService(Shop, [
  { name: 'shopDomain', displayName: 'Shop domain', type: 'STRING', required: true, hint: 'name.shops.example' },
  { name: 'apiKey', displayName: 'API key', type: 'STRING', required: true, shared: true },
  { name: 'apiSecret', displayName: 'API secret', type: 'STRING', required: true, shared: true },
])
