'use strict'

const LAUNCHPAD = 'https://launchpad.camp.example'

/**
 * @requireOAuth
 * @integrationName Camp
 */
class Camp {
  constructor(config) {
    this.clientId = config.clientId
    this.clientSecret = config.clientSecret
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `${LAUNCHPAD}/authorization/new?type=web_server&client_id=${this.clientId}`
  }

  // A POST without a body: all of it stands in the query.
  #token(query) {
    return Flowrunner.Request.post(`${LAUNCHPAD}/authorization/token`).query({ ...query, client_id: this.clientId, client_secret: this.clientSecret })
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    const answer = await this.#token({ type: 'web_server', code, redirect_uri: redirectURI })
    const { identity, accounts } = await Flowrunner.Request.get(`${LAUNCHPAD}/authorization.json`).set({ Authorization: `Bearer ${answer.access_token}` })
    return {
      token: `${answer.access_token}--${accounts[0].id}`,
      refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
      connectionIdentityName: `${identity.email_address} (${accounts[0].name})`, overwrite: true,
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    const account = this.request.headers['oauth-access-token'].split('--')[1]
    const answer = await this.#token({ type: 'refresh', refresh_token: refreshToken })
    return { token: `${answer.access_token}--${account}`, expirationInSeconds: answer.expires_in }
  }

  #get(path) {
    const [token, account] = this.request.headers['oauth-access-token'].split('--')
    const url = path.startsWith('https:') ? path : `https://api.camp.example/${account}${path}`
    return Flowrunner.Request.get(url).set({ Authorization: `Bearer ${token}` }).unwrapBody(false)
  }

  /**
   * @operationName List projects
   * @category Projects
   */
  async listProjects() {
    const projects = []
    for (let url = '/projects.json'; url;) {
      const { body, headers } = await this.#get(url)
      projects.push(...[].concat(body))
      url = ((headers.link || '').match(/<([^>]+)>; rel="next"/) || [])[1]
    }
    return projects
  }

  /**
   * @registerAs DICTIONARY
   */
  async getPeopleDictionary({ cursor }) {
    const { body, headers } = await this.#get(cursor || '/people.json')
    const next = (headers.link || '').match(/<([^>]+)>; rel="next"/)
    return { items: body.map(p => ({ label: p.name, value: p.id })), cursor: next && next[1] }
  }
}

Flowrunner.ServerCode.addService(Camp, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
