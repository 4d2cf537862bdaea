import { ref } from 'vue'

/** True when a newer build has been fetched and waits for the page to take it up. */
export const newVersion = ref(false)

let waiting: ServiceWorker | null = null

/** Registers the service worker of the built app; where there is none (WeChat on iOS) the app works without. */
export function keepFresh(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  navigator.serviceWorker.register('sw.js').then(watchFor, () => undefined) // refused: no cold start offline, nothing else
}

function watchFor(registration: ServiceWorkerRegistration): void {
  const offer = (): void => {
    waiting = registration.waiting
    newVersion.value = waiting !== null && navigator.serviceWorker.controller !== null
  }
  offer()
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', offer))
}

/** Takes up the new build: the page is loaded again. */
export function takeNewVersion(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  waiting?.postMessage('skip')
}
