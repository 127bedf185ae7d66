const api = location => `https://recruit.suite-${location || 'com'}.example/v2`

const authorizeUrl = config =>
  `https://accounts.suite-com.example/oauth/v2/auth?response_type=code&client_id=${config.clientId}&scope=recruit.all&access_type=offline`

module.exports = { api, authorizeUrl }
