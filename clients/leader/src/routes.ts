import type { RouteRecordRaw } from 'vue-router'
import TodayPage from './today/TodayPage.vue'

export const routes: RouteRecordRaw[] = [
  { path: '/', component: TodayPage },
  { path: '/orders', component: () => import('./orders/ListPage.vue') },
  { path: '/orders/:id', component: () => import('./orders/CasePage.vue'), props: true, meta: { nav: false } },
  { path: '/requests', component: () => import('./requests/RequestsPage.vue') },
  { path: '/requests/:id', component: () => import('./requests/RequestPage.vue'), props: true, meta: { nav: false } },
  { path: '/cards', component: () => import('./today/CardsPage.vue') },
  { path: '/map', component: () => import('./map/MapPage.vue') },
  { path: '/supervisions', component: () => import('./supervision/SupervisionsPage.vue') },
  { path: '/inbox', component: () => import('./inbox/InboxPage.vue'), meta: { nav: false } },
  { path: '/notices', component: () => import('./notices/NoticesPage.vue'), meta: { nav: false } },
  { path: '/ranking', component: () => import('./ranking/RankingPage.vue') },
  { path: '/ranking/cases', component: () => import('./ranking/CasesPage.vue') },
  { path: '/brief', component: () => import('./brief/BriefPage.vue') },
  { path: '/brief/cases', component: () => import('./brief/CasesPage.vue') },
  { path: '/reports', component: () => import('./reports/ReportPage.vue') },
  { path: '/reports/cases', component: () => import('./reports/CasesPage.vue') },
  { path: '/team', component: () => import('./team/TeamPage.vue') },
  { path: '/hot', component: () => import('./hot/HotPage.vue') },
  { path: '/hot/:id', component: () => import('./hot/HotCasesPage.vue'), props: true },
  { path: '/me', component: () => import('./me/MePage.vue') },
  { path: '/:rest(.*)*', component: () => import('./NotFoundPage.vue') },
]
