import { ref } from 'vue'

/** True when a newer build has been fetched and waits for the page to take it up. */
export const newVersion = ref(false)

let waiting: ServiceWorker | null = null

/** Registers the service worker of the built app. False where there is none (WeChat on iOS) or it is refused. */
export async function keepFresh(): Promise<boolean> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return false
  return navigator.serviceWorker
    .register('sw.js')
    .then(watchFor)
    .catch(() => false)
}

function watchFor(registration: ServiceWorkerRegistration): true {
  const offer = (): void => {
    waiting = registration.waiting
    newVersion.value = waiting !== null && navigator.serviceWorker.controller !== null
  }
  offer()
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', offer))
  return true
}

/** Takes up the new build: the page is loaded again. */
export function takeNewVersion(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  waiting?.postMessage('skip')
}
