const { TYPES } = Flowrunner.ServerCode.ConfigItems

exports.items = [
  { name: 'clientId', displayName: 'Client ID', type: TYPES.STRING, required: true, shared: true },
  { name: 'clientSecret', displayName: 'Client secret', type: TYPES.STRING, required: true, shared: true },
]
