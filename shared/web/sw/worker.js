/* global FILES, VERSION -- written in front of this text by the build */
/* Keeps the app's own files and never answers for the server: data is the business of the page. */
const SHELL = new URL('./', self.location).href
const ASSETS = new URL('./assets/', self.location).href
const CACHE = `${SHELL}#${VERSION}` // three apps share one origin: each keeps its own
const PATIENCE_MS = 1200

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOld().then(() => self.clients.claim()))
})

self.addEventListener('message', (event) => {
  if (event.data === 'skip') self.skipWaiting()
})

self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request
  if (method !== 'GET') return
  if (mode === 'navigate' && url.startsWith(SHELL)) event.respondWith(shell(event.request))
  else if (url.startsWith(ASSETS)) event.respondWith(asset(event.request))
})

self.addEventListener('push', (event) => {
  event.waitUntil(tell(event.data))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open(event.notification.data))
})

/** What the server says, once: a message that comes twice has the same tag. */
async function tell(data) {
  const { body = '', no = '', link = SHELL, tag } = data?.json() ?? {}
  const icon = new URL('icons/any-192.png', SHELL).href
  await self.registration.showNotification(body, { body: no, tag, icon, data: link, vibrate: [120, 60, 120] })
}

/** Opens what was told, in the window that is there already, else in a new one. Never a page outside the app. */
async function open(link) {
  const wanted = new URL(link, self.location).href
  const page = wanted.startsWith(SHELL) ? wanted : SHELL
  const windows = await self.clients.matchAll({ type: 'window' })
  const mine = windows.find(({ url }) => url.startsWith(SHELL))
  if (!mine) return self.clients.openWindow(page)
  await mine.focus()
  return mine.navigate(page)
}

async function dropOld() {
  const names = await caches.keys()
  await Promise.all(
    names.filter((name) => name.startsWith(`${SHELL}#`) && name !== CACHE).map((name) => caches.delete(name)),
  )
}

/** The server's page if it comes soon, the kept one otherwise. */
async function shell(request) {
  const kept = await (await caches.open(CACHE)).match(SHELL)
  const fresh = fetch(request).then((answer) => (answer.ok || !kept ? answer : kept))
  if (!kept) return fresh
  const patience = new Promise((done) => setTimeout(() => done(kept), PATIENCE_MS))
  return Promise.race([fresh.catch(() => kept), patience])
}

/** Assets carry their hash in their name: what is kept is right. */
async function asset(request) {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(request)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) await cache.put(request, answer.clone())
  return answer
}
