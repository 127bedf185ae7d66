'use strict'

const HOSTS = { Production: 'https://account.signing.example', Demo: 'https://account-demo.signing.example' }

/**
 * @requireOAuth
 * @integrationName Signing
 */
class Signing {
  constructor(config) {
    this.basic = `Basic ${Buffer.from(`${config.integrationKey}:${config.secretKey}`).toString('base64')}`
    this.integrationKey = config.integrationKey
    this.host = HOSTS[config.environment] || HOSTS.Demo
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return `${this.host}/oauth/auth?response_type=code&scope=signature%20extended&client_id=${this.integrationKey}`
  }

  #token(form) {
    return Flowrunner.Request.post(`${this.host}/oauth/token`).set({ Authorization: this.basic }).type('form').send(form)
  }

  async #account(token) {
    const me = await Flowrunner.Request.get(`${this.host}/oauth/userinfo`).set({ Authorization: `Bearer ${token}` })
    return { me, account: me.accounts.find(a => a.is_default) || me.accounts[0] }
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback({ code }) {
    const answer = await this.#token({ grant_type: 'authorization_code', code })
    const { me, account } = await this.#account(answer.access_token)
    return {
      token: [answer.access_token, account.account_id, account.base_uri].join('|'),
      refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
      connectionIdentityName: `${me.email} (${account.account_name})`, overwrite: true,
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    const [, account, base] = this.request.headers['oauth-access-token'].split('|')
    const answer = await this.#token({ grant_type: 'refresh_token', refresh_token: refreshToken })
    return { token: [answer.access_token, account, base].join('|'), refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in }
  }

  #get(path) {
    const [token, account, base] = this.request.headers['oauth-access-token'].split('|')
    return Flowrunner.Request.get(`${base}/restapi/accounts/${account}${path}`).set({ Authorization: `Bearer ${token}` })
  }

  /**
   * @operationName List envelopes
   * @category Envelopes
   * @paramDef {"type":"String","name":"from","label":"From","uiComponent":{"type":"DATE_PICKER"}}
   */
  async listEnvelopes(from) {
    return this.#get('/envelopes').query({ from_date: from || '2026-01-01' })
  }

  /**
   * @registerAs DICTIONARY
   */
  async getTemplatesDictionary({ search }) {
    const page = await this.#get('/templates').query({ search_text: search })
    return { items: page.items.map(t => ({ label: t.name, value: t.id })) }
  }
}

Flowrunner.ServerCode.addService(Signing, [
  { name: 'integrationKey', displayName: 'Integration key', type: 'STRING', required: true, shared: true },
  { name: 'secretKey', displayName: 'Secret key', type: 'STRING', required: true, shared: true },
  { name: 'environment', displayName: 'Environment', type: 'STRING', options: ['Production', 'Demo'], defaultValue: 'Demo' },
])
