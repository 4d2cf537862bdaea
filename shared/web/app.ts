import './modes.ts'
import { type Component, createApp, watch } from 'vue'
import type { RouteRecordRaw } from 'vue-router'
import type { Doc } from './graph.ts'
import { type AppWords, learn } from './i18n.ts'
import { openOutbox } from './outbox.ts'
import { routerFor } from './router.ts'
import { session } from './session.ts'
import { keepFresh } from './sw/page.ts'

export interface AppParts {
  root: Component
  routes: RouteRecordRaw[]
  words: AppWords
  /** The documents by which the outbox sends each kind of act. */
  senders?: Record<string, Doc<unknown, never>>
}

/** Starts one of the three apps on the element `#app`. */
export async function startApp({ root, routes, words, senders }: AppParts): Promise<void> {
  await Promise.all([learn(words), session.start()])
  const router = routerFor(routes)
  const app = createApp(root)
  app.use(router)
  watch(session.state, (state, before) => {
    if (state === 'out' && before === 'in') location.reload() // forget everything this person saw
  })
  await router.isReady()
  app.mount('#app')
  keepFresh()
  if (senders) void openOutbox(senders)
}
