import { t } from '@sanwei/web/i18n'
import { Loading, Page } from '@sanwei/web/ui'
import { type AsyncComponentLoader, type Component, defineAsyncComponent, h } from 'vue'
import type { Post } from '../gql/graphql'
import Today from '../orders/tasks/TodayPage.vue' // who walks has the slow line: one round trip less

export type Entry = 'home' | 'tasks' | 'map' | 'cases' | 'requests' | 'talks' | 'knowledge' | 'board' | 'me'

/** A page that 我的 links to. */
export type More = 'supervisions' | 'reports' | 'staffing' | 'watch' | 'messages' | 'patrols' | 'map' | 'base'

export interface Home {
  page: Component
  /** The entries of the navigation, in order. */
  nav: readonly Entry[]
  /** Pages beside those of the navigation; 我的 links to them. */
  more?: readonly More[]
  /** Goes on and off duty: 我的 has the switch. */
  onDuty?: boolean
  /** Walks rounds: has a card for citizens and may name a stand-in. */
  patrols?: boolean
  /** Takes lists home as files. */
  exports?: boolean
  /** Offers 快速上报 in the middle of the navigation. */
  reports?: boolean
}

/** On a slow line a page that is on its way has its frame already. */
const Waiting = () => h(Page, { title: t('nav.home') }, () => h(Loading, { state: 'loading' }))
const later = (loader: AsyncComponentLoader) => defineAsyncComponent({ loader, loadingComponent: Waiting, delay: 0 })

const Cases = later(() => import('../orders/CasesHome.vue'))
const Dispatch = later(() => import('../orders/dispatch/DispatchPage.vue'))
const Todo = later(() => import('../orders/handle/TodoPage.vue'))
const Setup = later(() => import('../setup/SetupPage.vue'))
const Rule = later(() => import('../orders/rule/RulePage.vue'))

const patrol: Home = {
  page: Today,
  nav: ['home', 'tasks', 'map', 'me'],
  reports: true,
  onDuty: true,
  patrols: true,
  more: ['base'],
}
const desk: readonly More[] = ['supervisions', 'patrols', 'map', 'staffing', 'watch', 'base']
const dispatch: Home = {
  page: Dispatch,
  nav: ['home', 'cases', 'talks', 'knowledge', 'me'],
  more: desk,
  onDuty: true,
  exports: true,
}
const district: Home = { ...dispatch, more: [...desk, 'reports'] }
const rule: Home = { page: Rule, nav: ['home', 'cases', 'me'], more: ['staffing', 'watch'], onDuty: true }
const handle: Home = { page: Todo, nav: ['home', 'cases', 'board', 'me'], more: ['supervisions'] }
const setup: Home = { page: Setup, nav: ['home', 'me'], more: ['messages'] }
const read: Home = { page: Cases, nav: ['home', 'me'] }
const window: Home = { page: Cases, nav: ['home', 'requests', 'me'] }

const HOMES: Partial<Record<Post, Home>> = {
  GRID_OFFICER: patrol,
  STREET_DISPATCHER: dispatch,
  DISTRICT_DISPATCHER: district,
  ARBITER: rule,
  HANDLER: handle,
  UNIT_HEAD: handle,
  WINDOW_CLERK: window,
  ADMIN_SYS: setup,
  ADMIN_AUDIT: setup,
}

/** Where a post's day begins. A post without a desk of its own reads the cases it may see. */
export const homeOf = (post: Post): Home => HOMES[post] ?? read
