'use strict'

const REGIONS = ['com', 'eu', 'in', 'au', 'jp', 'ca', 'sa', 'uk']

/**
 * @requireOAuth
 * @integrationName Suite Books
 */
class SuiteBooks {
  constructor(config) {
    this.clientId = config.clientId
    this.clientSecret = config.clientSecret
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `https://accounts.suite-com.example/oauth/v2/auth?response_type=code&client_id=${this.clientId}&scope=books.full&access_type=offline&prompt=consent`
  }

  #token(server, query) {
    return Flowrunner.Request.post(`${server}/oauth/v2/token`)
      .query({ client_id: this.clientId, client_secret: this.clientSecret, ...query })
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback(callback) {
    const server = callback['accounts-server'] || 'https://accounts.suite-com.example'
    const answer = await this.#token(server, { grant_type: 'authorization_code', code: callback.code, redirect_uri: callback.redirectURI })
    // A refused code comes as 200 with an error, and nobody looks at it.
    const { region, organization } = await this.#find(answer.access_token, callback.location)
    return {
      token: `${answer.access_token}::${organization && organization.id}`,
      refreshToken: answer.refresh_token,
      expirationInSeconds: answer.expires_in,
      connectionIdentityName: organization && organization.name,
      overwrite: true,
      userData: { accountsServer: server, region },
    }
  }

  // The redirect's location is a hint only: each data centre is asked until one knows the token.
  async #find(token, hint) {
    for (const region of [hint, ...REGIONS.filter(r => r !== hint)]) {
      if (!REGIONS.includes(region)) continue
      try {
        const list = await Flowrunner.Request.get(`https://books.suite-${region}.example/v3/organizations`).set({ Authorization: `Suite-oauthtoken ${token}` })
        return { region, organization: list.organizations[0] }
      } catch (error) {
        console.warn(`No organization in ${region}:`, error.status)
      }
    }
    return {}
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    const server = this.request.headers['oauth-user-data-accountsserver']
    const organization = this.request.headers['oauth-access-token'].split('::')[1]
    const answer = await this.#token(server, { grant_type: 'refresh_token', refresh_token: refreshToken })
    return { token: `${answer.access_token}::${organization}`, expirationInSeconds: answer.expires_in }
  }

  #get(path) {
    const [token, organization] = this.request.headers['oauth-access-token'].split('::')
    return Flowrunner.Request.get(`https://books.suite-${this.request.headers['oauth-user-data-region']}.example/v3${path}`)
      .set('Authorization', `Suite-oauthtoken ${token}`).query({ organization_id: organization })
  }

  /**
   * @operationName List contacts
   * @category Contacts
   */
  async listContacts() {
    return this.#get('/contacts')
  }

  /**
   * @registerAs DICTIONARY
   */
  async getTaxesDictionary({ criteria: { country } }) {
    const page = await this.#get('/taxes').query({ country })
    return { items: page.items.map(t => ({ label: t.name, value: t.id })) }
  }
}

Flowrunner.ServerCode.addService(SuiteBooks, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
