module.exports = ({ clientId, clientSecret }) => ({
  url: () => `https://accounts.mail.example/auth?client_id=${clientId}&response_type=code&access_type=offline&scope=${encodeURIComponent('mail.read mail.send')}`,
  token: form => Flowrunner.Request.post('https://accounts.mail.example/token').form({ client_id: clientId, client_secret: clientSecret, ...form }).type('form'),
})
