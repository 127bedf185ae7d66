'use strict'

/**
 * @requireOAuth
 * @integrationName Storefront
 */
class Storefront {
  constructor(config) {
    this.clientId = config.clientId
    this.clientSecret = config.clientSecret
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `https://login.storefront.example/oauth2/authorize?client_id=${this.clientId}&response_type=code&scope=store_products`
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, context, scope, redirectURI }) {
    const answer = await Flowrunner.Request.post('https://login.storefront.example/oauth2/token').send({
      client_id: this.clientId, client_secret: this.clientSecret, grant_type: 'authorization_code', code, context, scope, redirect_uri: redirectURI,
    })
    const store = context.replace('stores/', '')
    return {
      token: `${answer.access_token}::${store}`,
      connectionIdentityName: answer.user ? answer.user.email : store,
      overwrite: true,
      userData: { store, scope },
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken() {
    // The token is for good.
    return { token: this.request.headers['oauth-access-token'] }
  }

  #get(path) {
    const [token, store] = this.request.headers['oauth-access-token'].split('::')
    return Flowrunner.Request.get(`https://api.storefront.example/stores/${store}/v3${path}`).set({ 'X-Auth-Token': token })
  }

  /**
   * @operationName List products
   * @category Products
   * @paramDef {"type":"Number","name":"category","label":"Category","dictionary":"getCategoriesDictionary"}
   */
  async listProducts(category) {
    return this.#get('/catalog/products').query({ category })
  }

  /**
   * @registerAs DICTIONARY
   */
  async getCategoriesDictionary() {
    const page = await this.#get('/catalog/categories')
    return { items: page.items.map(c => ({ label: c.name, value: c.id })) }
  }
}

Flowrunner.ServerCode.addService(Storefront, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
