const encode = (to, text) => Buffer.from(`To: ${to}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}`).toString('base64url')

module.exports = { encode }
