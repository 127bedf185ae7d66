const { api } = require('./hosts.js')

async function get(token, url) {
  const response = await fetch(url, { headers: { Authorization: `Suite-oauthtoken ${token}` } })
  if (!response.ok) {
    const error = new Error(`${response.status} ${await response.text()}`)
    error.status = response.status
    throw error
  }
  return response.json()
}

exports.current = async (token, location) => (await get(token, `${api(location)}/users?type=current`)).users[0]

exports.candidates = (token, location, search) =>
  get(token, `${api(location)}/candidates${search ? `?word=${encodeURIComponent(search)}` : ''}`)
