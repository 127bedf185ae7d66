const { api } = require('./hosts')

async function upload(token, location, candidate, text) {
  const form = new FormData()
  form.append('file', new Blob([text], { type: 'text/plain' }), 'note.txt')
  const response = await fetch(`${api(location)}/candidates/${candidate}/attachments`, {
    method: 'POST', headers: { Authorization: `Suite-oauthtoken ${token}` }, body: form,
  })
  return response.json()
}

module.exports = { upload }
