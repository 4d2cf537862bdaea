import { createRouter, createWebHashHistory, type RouteRecordRaw, type Router } from 'vue-router'
import { appName } from './app-name.ts'
import { session } from './session.ts'

declare module 'vue-router' {
  interface RouteMeta {
    /** false hides the main navigation on this page. */
    nav?: boolean
    /** true lets staff see the page before signing in. */
    open?: boolean
  }
}

/** Hash routes (safe inside WeChat) with scroll kept on the way back, and a guard that asks staff to sign in. */
export function routerFor(routes: RouteRecordRaw[]): Router {
  const router = createRouter({
    history: createWebHashHistory(),
    routes: appName === 'citizen' ? routes : [...routes, loginRoute],
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  router.beforeEach((to) => {
    if (session.state.value !== 'out' || appName === 'citizen' || to.meta.open) return true
    return { name: 'login', query: to.path === '/' ? {} : { next: to.fullPath } }
  })
  return router
}

const loginRoute: RouteRecordRaw = {
  path: '/login',
  name: 'login',
  component: () => import('./ui/LoginPage.vue'),
  meta: { nav: false, open: true },
}
