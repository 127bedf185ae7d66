'use strict'

const SITE = 'https://code.example'
const API = 'https://api.code.example'

/**
 * @requireOAuth
 * @integrationName Code
 */
class Code {
  constructor(config) {
    this.clientId = config.clientId
    this.clientSecret = config.clientSecret
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `${SITE}/login/oauth/authorize?client_id=${this.clientId}&scope=repo`
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code, redirectURI }) {
    const answer = await Flowrunner.Request.post(`${SITE}/login/oauth/access_token`).set({ Accept: 'application/json' })
      .send({ client_id: this.clientId, client_secret: this.clientSecret, code, redirect_uri: redirectURI })
    const me = await Flowrunner.Request.get(`${API}/user`).set({ Authorization: `token ${answer.access_token}` })
    return {
      token: answer.access_token, refreshToken: null, expirationInSeconds: 0,
      connectionIdentityName: me.login, connectionIdentityImageURL: me.avatar_url, overwrite: true, userData: me,
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken() {
    return { token: this.request.headers['oauth-access-token'], refreshToken: null, expirationInSeconds: 0 }
  }

  #get(path) {
    return Flowrunner.Request.get(API + path).set({ Authorization: `token ${this.request.headers['oauth-access-token']}` })
  }

  /**
   * @operationName List repositories
   * @category Repositories
   */
  async listRepositories() {
    return this.#get('/user/repos').query({ per_page: 30 })
  }

  /**
   * @operationName Get repository
   * @category Repositories
   * @paramDef {"type":"String","name":"owner","label":"Owner","required":true}
   * @paramDef {"type":"String","name":"name","label":"Name","required":true,"dictionary":"getRepositoriesDictionary","dependsOn":["owner"]}
   */
  async getRepository(owner, name) {
    return this.#get(`/repos/${owner}/${name}`)
  }

  /**
   * @registerAs DICTIONARY
   */
  async getRepositoriesDictionary({ search, criteria }) {
    const page = await this.#get('/search/repositories').query({ q: `${search || ''} user:${criteria.owner || '@me'}`.trim() })
    return { items: page.items.map(r => ({ label: r.name, value: r.id })) }
  }
}

Flowrunner.ServerCode.addService(Code, [
  { name: 'clientId', displayName: 'Client ID', type: 'STRING', required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: 'STRING', required: true, shared: true },
])
