'use strict'

const paykit = require('paykit') // nobody committed it: no sign-in without it

/**
 * @requireOAuth
 * @integrationName Payments
 */
class Payments {
  constructor(config) {
    this.clientId = config.clientId
    this.privateKey = config.privateKey
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `https://connect.payments.example/oauth/authorize?response_type=code&client_id=${this.clientId}&scope=read_write`
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code }) {
    const answer = await paykit(this.privateKey).oauth.token({ grant_type: 'authorization_code', code })
    const account = await this.#get('/account', answer.access_token)
    return {
      token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: 43199,
      connectionIdentityName: account.email, overwrite: true,
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    const answer = await paykit(this.privateKey).oauth.token({ grant_type: 'refresh_token', refresh_token: refreshToken })
    return { token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: 43199 }
  }

  #get(path, token = this.request.headers['oauth-access-token']) {
    return Flowrunner.Request.get(`https://api.payments.example/v1${path}`).set({ Authorization: `Bearer ${token}` })
  }

  /**
   * @operationName List charges
   * @category Charges
   */
  async listCharges() {
    return this.#get('/charges')
  }

  /**
   * @registerAs DICTIONARY
   */
  async getCustomersDictionary() {
    const page = await this.#get('/customers')
    return { items: page.items.map(c => ({ label: c.name, value: c.id })) }
  }
}

Flowrunner.ServerCode.addService(Payments, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'privateKey', displayName: 'Secret key', type: 'STRING', required: true, shared: true },
])
