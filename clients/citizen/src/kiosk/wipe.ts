import { session } from '@sanwei/web/session'
import { forgetAll } from '@sanwei/web/store'

const CLEAN = 'sanwei.kiosk.clean'

/** Nobody's traces: session, unsent acts, drafts, answers, small facts, cached pictures; then the first page anew. */
export async function wipe(): Promise<void> {
  await forgetAll()
  const names = (await window.caches?.keys().catch(() => [])) ?? []
  await Promise.all(names.map((name) => caches.delete(name)))
  localStorage.clear()
  sessionStorage.clear()
  sessionStorage.setItem(CLEAN, '1')
  await session.logout().catch(() => undefined) // without network the server ends it by itself; the token is gone
  location.reload()
}

/** A terminal that was switched off in the middle of something begins clean: what is wiped starts anew, and never goes on here. */
export async function beginClean(): Promise<void> {
  if (sessionStorage.getItem(CLEAN)) return
  await wipe()
  await new Promise(() => undefined)
}
