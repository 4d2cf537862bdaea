import './modes.ts'
import { type Component, createApp, watch } from 'vue'
import type { RouteRecordRaw } from 'vue-router'
import { begun, breathe } from './frame.ts'
import type { Doc } from './graph.ts'
import { type AppWords, learn } from './i18n.ts'
import { openOutbox } from './outbox.ts'
import { routerFor } from './router.ts'
import { closeSafe, isLocked } from './safe.ts'
import { session } from './session.ts'
import { keepFresh } from './sw/page.ts'

export interface AppParts {
  root: Component
  routes: RouteRecordRaw[]
  words: AppWords
  /** The documents by which the outbox sends each kind of act. */
  senders?: Record<string, Doc<unknown, never>>
  /** Comes back when whoever holds the phone may see what is on it. */
  guard?: (locked: boolean) => Promise<void>
}

/** Starts one of the three apps on the element `#app`. */
export async function startApp({ root, routes, words, senders, guard }: AppParts): Promise<void> {
  const owner = guard ? session.owner.value : null
  const locked = owner !== null && (await isLocked(owner).catch(() => false))
  if (session.state.value === 'in' && !locked) session.renew().catch(() => undefined) // whoever needs the token will ask again
  await breathe()
  await learn(words)
  const router = routerFor(routes)
  const app = createApp(root)
  app.use(router)
  watch(session.state, async (state) => {
    if (state === 'in') return
    await closeSafe().catch(() => undefined)
    location.reload() // nothing this person saw stays in memory
  })
  await guard?.(locked)
  await router.isReady().catch(() => undefined) // the router has said why; the frame stands anyway
  await begun()
  app.mount('#app')
  void keepFresh().then((kept) => kept || fetchAhead(routes))
  if (senders) void openOutbox(senders)
}

/** Where no service worker keeps them, every page is fetched while there is a network, so none is missing later. */
function fetchAhead(routes: RouteRecordRaw[]): void {
  const whenIdle = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 200))
  whenIdle(async () => {
    for (const { component } of routes)
      if (typeof component === 'function') await (component as () => Promise<unknown>)().catch(() => undefined)
  })
}
