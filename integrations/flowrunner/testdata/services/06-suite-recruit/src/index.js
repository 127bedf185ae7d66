'use strict'

const { authorizeUrl } = require('./lib/hosts')
const { items } = require('./lib/items')
const { exchange } = require('./lib/tokens')
const people = require('./lib/people')
const { upload } = require('./lib/files')

/**
 * @typedef {Object} getCandidatesDictionary__payload
 * @property {String} [search]
 * @property {String} [cursor]
 */

/**
 * @requireOAuth
 * @integrationName Suite Recruit
 * @usesFileStorage
 */
class SuiteRecruit {
  constructor(config) {
    this.config = config
  }

  /**
   * @route GET /getOAuth2ConnectionURL
   * @registerAs SYSTEM
   */
  async getOAuth2ConnectionURL() {
    return authorizeUrl(this.config)
  }

  /**
   * @route POST /executeCallback
   * @registerAs SYSTEM
   */
  async executeCallback(callback) {
    const server = callback['accounts-server']
    const answer = await exchange(server, this.config, { grant_type: 'authorization_code', code: callback.code, redirect_uri: callback.redirectURI })
    const me = await people.current(answer.access_token, callback.location)
    return {
      token: answer.access_token, refreshToken: answer.refresh_token, expirationInSeconds: answer.expires_in,
      connectionIdentityName: me.full_name, connectionIdentityImageURL: '', overwrite: true,
      userData: { accountsServer: server, location: callback.location },
    }
  }

  /**
   * @route PUT /refreshToken
   * @registerAs SYSTEM
   */
  async refreshToken(refreshToken) {
    const server = this.request.headers['oauth-user-data-accountsserver']
    const answer = await exchange(server, this.config, { grant_type: 'refresh_token', refresh_token: refreshToken })
    return { token: answer.access_token, expirationInSeconds: answer.expires_in }
  }

  get #token() {
    return this.request.headers['oauth-access-token']
  }

  get #location() {
    return this.request.headers['oauth-user-data-location']
  }

  /**
   * @operationName List candidates
   * @category Candidates
   */
  async listCandidates() {
    return people.candidates(this.#token, this.#location)
  }

  /**
   * @operationName Attach note
   * @category Candidates
   * @description Attaches a text file to a candidate.
   * @paramDef {"type":"String","name":"candidate","label":"Candidate","required":true,"dictionary":"getCandidatesDictionary"}
   * @paramDef {"type":"String","name":"text","label":"Text","required":true}
   */
  async attachNote(candidate, text) {
    return upload(this.#token, this.#location, candidate, text)
  }

  /**
   * @registerAs DICTIONARY
   * @paramDef {"type":"getCandidatesDictionary__payload","name":"payload"}
   */
  async getCandidatesDictionary({ search }) {
    const page = await people.candidates(this.#token, this.#location, search)
    return { items: page.items.map(c => ({ label: c.full_name, value: c.id })) }
  }
}

Flowrunner.ServerCode.addService(SuiteRecruit, items)
