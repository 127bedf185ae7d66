'use strict'

const zlib = require('zlib')

const SITES = { 'North America': 'https://sellers-na.example', Europe: 'https://sellers-eu.example' }

/**
 * @requireOAuth
 * @integrationName Seller
 */
class Seller {
  constructor(config) {
    this.config = config
    this.site = SITES[config.region]
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    if (!this.config.applicationId) throw new Error('The application id is not set')
    return `${this.site}/apps/authorize/consent?application_id=${this.config.applicationId}&version=beta`
  }

  #token(form) {
    return Flowrunner.Request.post('https://api.sellers.example/auth/o2/token').form({
      ...form, client_id: this.config.lwaClientId, client_secret: this.config.lwaClientSecret,
    }).type('application/x-www-form-urlencoded;charset=UTF-8')
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback(callback) {
    const answer = await this.#token({ grant_type: 'authorization_code', code: callback.spapi_oauth_code })
    return {
      token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
      connectionIdentityName: callback.selling_partner_id, overwrite: true,
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
    return Flowrunner.Request.get(`${this.site}${path}`).set({ 'x-seller-access-token': this.request.headers['oauth-access-token'] })
  }

  /**
   * @operationName List orders
   * @category Orders
   * @paramDef {"type":"String","name":"marketplace","label":"Marketplace","dictionary":"getMarketplacesDictionary"}
   */
  async listOrders(marketplace) {
    return this.#get('/orders/v0/orders').query({ marketplaceIds: marketplace ? [marketplace] : undefined })
  }

  /**
   * @operationName Download report
   * @category Reports
   * @executionTimeoutInSeconds 300
   * @paramDef {"type":"String","name":"id","label":"Report","required":true}
   */
  async downloadReport(id) {
    const packed = await this.#get(`/reports/${id}`).setEncoding(null)
    return { text: zlib.gunzipSync(packed).toString('utf8') }
  }

  /**
   * @registerAs DICTIONARY
   */
  async getMarketplacesDictionary() {
    const page = await this.#get('/sellers/v1/marketplaces')
    return { items: page.items.map(m => ({ label: m.name, value: m.id })) }
  }
}

Flowrunner.ServerCode.addService(Seller, [
  { name: 'region', displayName: 'Region', type: 'CHOICE', options: ['North America', 'Europe'], defaultValue: 'North America' },
  { name: 'applicationId', displayName: 'Application ID', type: 'STRING', shared: true },
  { name: 'lwaClientId', displayName: 'LWA client ID', type: 'STRING', required: true, shared: true },
  { name: 'lwaClientSecret', displayName: 'LWA client secret', type: 'STRING', required: true, shared: true },
])
