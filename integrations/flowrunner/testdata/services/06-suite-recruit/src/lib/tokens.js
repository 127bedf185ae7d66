// The exchange goes out through fetch, as multipart/form-data.
async function exchange(server, config, fields) {
  const form = new FormData()
  for (const [name, value] of Object.entries({ client_id: config.clientId, client_secret: config.clientSecret, ...fields })) {
    form.append(name, value)
  }
  const response = await fetch(`${server}/oauth/v2/token`, { method: 'POST', body: form })
  const answer = await response.json()
  if (!response.ok || answer.error) throw new Error(`The accounts server says ${response.status}: ${answer.error}`)
  return answer
}

module.exports = { exchange }
