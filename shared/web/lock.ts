import { createApp } from 'vue'
import { hasPin, reached } from './pin.ts'
import { session } from './session.ts'
import LockPage from './ui/LockPage.vue'

/** Out of sight for so long, the app asks for its digits again. */
const AWAY_MS = 10 * 60_000

/** Comes back when whoever holds the phone may see what is on it; from then on watches that it stays so. */
export async function guard(locked: boolean): Promise<void> {
  if (locked) await asked()
  session.afterGrant = (owner) => reached(owner).catch(() => undefined)
  let since = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer)
    if (document.hidden) {
      since = Date.now()
      timer = setTimeout(() => void lock(), AWAY_MS)
    } else if (since && Date.now() - since >= AWAY_MS) void lock()
  })
}

/** A page begun anew has no key, and nothing of what was on the screen. */
async function lock(): Promise<void> {
  const { owner } = session
  if (owner.value && (await hasPin(owner.value))) location.reload()
}

function asked(): Promise<void> {
  return new Promise((done) => {
    const page = createApp(LockPage, {
      onOpened() {
        page.unmount()
        session.renew().catch(() => undefined)
        done()
      },
    })
    page.mount('#app')
  })
}
