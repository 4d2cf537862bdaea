// What the reference audits of GraphQL over HTTP say of the server at URL, as JSON: node audit.mjs URL TOKEN
import { auditServer } from 'graphql-http'

const [url, token] = process.argv.slice(2)

const fetchFn = (address, init = {}) => {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${token}`)
  return fetch(address, { ...init, headers })
}

const results = await auditServer({ url, fetchFn })
console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))))
