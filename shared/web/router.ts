import { createMemoryHistory, createRouter, createWebHashHistory, type RouteRecordRaw, type Router } from 'vue-router'
import { appName } from './app-name.ts'
import { t } from './i18n.ts'
import { recall, remember } from './remember.ts'
import { session } from './session.ts'
import { toast } from './toast.ts'

const RELOAD_ONCE_MS = 60_000
const COME_BACK_MS = 1_000

declare module 'vue-router' {
  interface RouteMeta {
    /** false hides the main navigation on this page. */
    nav?: boolean
    /** true begins the page anew for every address: nothing typed for one is left for another. */
    form?: boolean
    /** true lets staff see the page before signing in. */
    open?: boolean
  }
}

/** A public terminal says `?kiosk=ID`: its browser keeps no history of where somebody was. */
export const kiosk = new URLSearchParams(location.search).get('kiosk')

/** Hash routes (safe inside WeChat) with scroll kept on the way back, and a guard that asks staff to sign in. */
export function routerFor(routes: RouteRecordRaw[]): Router {
  const router = createRouter({
    history: kiosk ? createMemoryHistory() : createWebHashHistory(),
    routes: import.meta.env.APP === 'citizen' ? routes : [...routes, loginRoute],
    scrollBehavior: (_to, _from, saved) => (saved ? onceThere(saved) : { top: 0 }),
  })
  router.beforeEach((to) => {
    if (session.state.value !== 'out' || appName === 'citizen' || to.meta.open) return true
    return { name: 'login', query: to.path === '/' ? {} : { next: to.fullPath } }
  })
  router.onError((failure, to) => {
    if (!isMissingCode(failure)) return
    if (!navigator.onLine || recentlyReloaded()) return toast(t('error.offline'))
    location.hash = to.fullPath
    location.reload()
  })
  return router
}

/** The place left before, as soon as the page is long enough again; lists take a moment to come back. */
function onceThere<P extends { top: number }>(place: P): Promise<P> {
  const until = Date.now() + COME_BACK_MS
  return new Promise((done) => {
    const look = (): void => {
      const longEnough = document.documentElement.scrollHeight >= place.top + innerHeight
      if (longEnough || Date.now() > until) done(place)
      else requestAnimationFrame(look)
    }
    look()
  })
}

/** A page whose code did not come: there is no network, or this window is older than the last release. */
const isMissingCode = (failure: unknown): boolean => failure instanceof Error && /import|preload/i.test(failure.message)

/** Loading again helps once; a second time the network is to blame. */
function recentlyReloaded(): boolean {
  const last = Number(recall('reloadedAt'))
  remember('reloadedAt', String(Date.now()))
  return Date.now() - last < RELOAD_ONCE_MS
}

const loginRoute: RouteRecordRaw = {
  path: '/login',
  name: 'login',
  component: () => import('./ui/LoginPage.vue'),
  meta: { nav: false, open: true },
}
