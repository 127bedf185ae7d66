'use strict'

const TOKEN_URL = 'https://oauth.ledger.example/v1/token'
const SEPARATOR = '::'

/**
 * @requireOAuth
 * @integrationName Ledger
 */
class Ledger {
  constructor(config) {
    this.basic = 'Basic ' + Buffer.from(`${config.clientId}:${config.clientSecret}`).toString('base64')
    this.clientId = config.clientId
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `https://signin.ledger.example/connect?client_id=${this.clientId}&response_type=code&scope=books`
  }

  #exchange(form) {
    return Flowrunner.Request.post(TOKEN_URL).set({ Authorization: this.basic, Accept: 'application/json' }).type('form').send(form)
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback(callback) {
    // realmId comes with the redirect and nowhere else.
    if (!callback.realmId) throw new Error('The redirect named no company')
    const answer = await this.#exchange({ grant_type: 'authorization_code', code: callback.code, redirect_uri: callback.redirectURI })
    const company = await this.#api(answer.access_token, callback.realmId, '/company')
    return {
      token: callback.realmId + SEPARATOR + answer.access_token,
      refreshToken: answer.refresh_token,
      expirationInSeconds: answer.expires_in,
      connectionIdentityName: company.company.name,
      overwrite: true,
      userData: { realmId: callback.realmId },
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    const old = this.request.headers['oauth-access-token']
    if (!old) throw new Error('The company cannot be told without the old token')
    const answer = await this.#exchange({ grant_type: 'refresh_token', refresh_token: refreshToken })
    return {
      token: old.split(SEPARATOR)[0] + SEPARATOR + answer.access_token,
      refreshToken: answer.refresh_token,
      expirationInSeconds: answer.expires_in,
    }
  }

  #api(token, realm, path) {
    return Flowrunner.Request.get(`https://books.ledger.example/v3/${realm}${path}`).set({ Authorization: `Bearer ${token}` })
  }

  #own(path) {
    const [realm, token] = this.request.headers['oauth-access-token'].split(SEPARATOR)
    return this.#api(token, realm, path)
  }

  /**
   * @operationName List invoices
   * @category Invoices
   * @paramDef {"type":"String","name":"customer","label":"Customer","dictionary":"getCustomersDictionary"}
   */
  async listInvoices(customer) {
    return this.#own('/invoices').query({ customer })
  }

  /**
   * @registerAs DICTIONARY
   */
  async getCustomersDictionary({ search }) {
    const page = await this.#own('/customers').query({ name: search })
    return { items: page.items.map(c => ({ label: c.name, value: c.id, note: c.email })) }
  }
}

Flowrunner.ServerCode.addService(Ledger, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
