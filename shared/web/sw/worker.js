/* global FILES, VERSION -- written in front of this text by the build */
/* Keeps the app's own files, never answers for the server: data is the business of the page. */
const CACHE = `app-${VERSION}`
const SHELL = new URL('./', self.location).href
const ASSETS = new URL('./assets/', self.location).href

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)))
})

self.addEventListener('activate', (event) => {
  const old = (name) => name.startsWith('app-') && name !== CACHE
  event.waitUntil(dropOld())
  async function dropOld() {
    const mine = (await caches.keys()).filter(old)
    for (const name of mine) {
      const kept = await caches.open(name)
      if (await kept.match(SHELL)) await caches.delete(name)
    }
    await self.clients.claim()
  }
})

self.addEventListener('message', (event) => {
  if (event.data === 'skip') self.skipWaiting()
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET') return
  if (request.mode === 'navigate' && request.url.startsWith(SHELL)) event.respondWith(networkFirst(request))
  else if (request.url.startsWith(ASSETS)) event.respondWith(cacheFirst(request))
})

async function networkFirst(request) {
  try {
    return await fetch(request)
  } catch {
    return (await caches.match(SHELL)) ?? Response.error()
  }
}

async function cacheFirst(request) {
  const kept = await caches.match(request)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) (await caches.open(CACHE)).put(request, answer.clone())
  return answer
}
