'use strict'

let calls = 0

const API = 'https://rules.example'

/**
 * Gives back what its provider answers, so that a test can write each result by itself.
 *
 * @requireOAuth
 * @integrationName Rules
 */
class Rules {
  constructor(config, context) {
    this.built = { config, context, early: typeof this.request }
    this.answer = config.answer
    this.thrown = config.thrown
    this.address = config.address
  }

  async getOAuth2ConnectionURL(...given) {
    return this.address && this.address.replace('{given}', encodeURIComponent(JSON.stringify({ given, headers: this.request.headers })))
  }

  #own() {
    if (this.thrown) throw new Error(this.thrown)
    return this.answer && JSON.parse(this.answer)
  }

  /**
   * @operationName Evaluate
   * @paramDef {"type":"String","name":"code","required":true}
   */
  async evaluate(code) {
    calls++
    this.calls = calls
    return new Function('Flowrunner', 'self', 'require', `return (async () => { ${code} })()`)(Flowrunner, this, require)
  }

  async executeCallback(callback) {
    return this.#own() || Flowrunner.Request.post(`${API}/callback`, { callback, headers: this.request.headers })
  }

  async refreshToken(refreshToken) {
    if (this.answer || this.thrown) return this.#own()
    const { headers, body, context: { refreshToken: inContext, accessToken } } = this.request
    return Flowrunner.Request.post(`${API}/refresh`, {
      argument: refreshToken === undefined ? 'undefined' : refreshToken, count: arguments.length, headers, body, context: { refreshToken: inContext, accessToken },
    })
  }
}

Flowrunner.ServerCode.addService(Rules, [
  { name: 'answer', displayName: 'Answer without a request', type: 'TEXT' },
  { name: 'thrown', displayName: 'Text to throw', type: 'STRING' },
  { name: 'address', displayName: 'Sign-in address', type: 'STRING' },
  { name: 'flag', displayName: 'Flag', type: 'BOOL', defaultValue: true },
  { name: 'since', displayName: 'Since', type: 'DATE' },
  { name: 'size', displayName: 'Size', type: 'STRING', options: ['S', 'M'], defaultValue: 'M' },
  { name: 'lines', displayName: 'Lines', type: 'TEXT' },
])
