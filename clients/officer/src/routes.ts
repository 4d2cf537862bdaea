import type { RouteLocationNormalized, RouteRecordRaw } from 'vue-router'
import HomePage from './home/HomePage.vue'
import { wide } from './wide'

/** A page of one case or one act: the phone gives it the whole screen, the desk keeps its rail. */
const sub = {
  get nav() {
    return wide.value
  },
}
const form = {
  get nav() {
    return wide.value
  },
  form: true,
}

/** A form may be opened to mend the refused act `op`. */
const withOp = ({ params, query }: RouteLocationNormalized) => ({ ...params, op: query.op })

export const routes: RouteRecordRaw[] = [
  { path: '/', component: HomePage },
  { path: '/tasks', component: () => import('./orders/tasks/TasksPage.vue') },
  { path: '/orders', component: () => import('./orders/CasesPage.vue') },
  { path: '/orders/:id', component: () => import('./orders/case/CasePage.vue'), props: true, meta: sub },
  {
    path: '/orders/:id/:kind(verify|check)',
    component: () => import('./orders/tasks/TaskPage.vue'),
    props: withOp,
    meta: form,
  },
  { path: '/orders/:id/finish', component: () => import('./orders/handle/FinishPage.vue'), props: withOp, meta: form },
  { path: '/report', component: () => import('./orders/report/ReportPage.vue'), props: withOp, meta: sub },
  { path: '/patrol', component: () => import('./patrol/PatrolPage.vue'), meta: sub },
  { path: '/patrol/:id', component: () => import('./patrol/SummaryPage.vue'), props: true, meta: sub },
  { path: '/map', component: () => import('./map/MapPage.vue') },
  { path: '/patrols', component: () => import('./patrol/PatrolsPage.vue'), meta: sub },
  { path: '/patrols/new', component: () => import('./patrol/PlanPage.vue'), meta: sub },
  { path: '/card', component: () => import('./card/CardPage.vue'), meta: sub },
  { path: '/knowledge', component: () => import('./knowledge/KnowledgePage.vue'), meta: sub },
  { path: '/knowledge/:id', component: () => import('./knowledge/EntryPage.vue'), props: true, meta: sub },
  { path: '/requests/new', component: () => import('./requests/FilePage.vue'), meta: sub },
  { path: '/requests/:id?', component: () => import('./requests/RequestsPage.vue'), props: true, meta: sub },
  { path: '/visits', component: () => import('./requests/VisitsPage.vue'), meta: sub },
  { path: '/visits/:id', component: () => import('./requests/VisitPage.vue'), props: true, meta: sub },
  { path: '/supervisions', component: () => import('./supervision/SupervisionsPage.vue'), meta: sub },
  { path: '/board', component: () => import('./board/BoardPage.vue') },
  { path: '/board/cases', component: () => import('./board/CasesPage.vue'), meta: sub },
  { path: '/staffing', component: () => import('./duty/StaffingPage.vue'), meta: sub },
  { path: '/watch', component: () => import('./duty/WatchPage.vue'), meta: sub },
  { path: '/reports', component: () => import('./reports/ReportPage.vue'), meta: sub },
  { path: '/talks', component: () => import('./talks/TalksPage.vue'), meta: sub },
  { path: '/talks/:id', component: () => import('./talks/TalkPage.vue'), props: true, meta: sub },
  {
    path: '/calendar',
    component: () => import('./calendar/CalendarPage.vue'),
    props: ({ query }) => (query.edition ? { edition: Number(query.edition) } : {}),
    meta: sub,
  },
  { path: '/grids', component: () => import('./grids/GridsPage.vue'), meta: sub },
  {
    path: '/grids/draft/:no',
    component: () => import('./grids/GridDraftPage.vue'),
    props: ({ params }) => ({ no: Number(params.no) }),
    meta: sub,
  },
  { path: '/base', component: () => import('./basedata/BasePage.vue'), meta: sub },
  {
    path: '/base/new/:kind(BUILDING|ROOM|RESIDENT|ORGANISATION|FACILITY)',
    component: () => import('./basedata/FormPage.vue'),
    props: ({ params, query }) => ({ ...params, in: query.in, op: query.op }),
    meta: form,
  },
  { path: '/base/:id', component: () => import('./basedata/RecordPage.vue'), props: true, meta: sub },
  { path: '/base/:id/edit', component: () => import('./basedata/FormPage.vue'), props: withOp, meta: form },
  { path: '/outbox', component: () => import('./outbox/OutboxPage.vue'), meta: sub },
  { path: '/inbox', component: () => import('./inbox/InboxPage.vue'), meta: sub },
  { path: '/notices', component: () => import('./notices/NoticesPage.vue'), meta: sub },
  { path: '/messages', component: () => import('./messages/MessagesPage.vue'), meta: sub },
  { path: '/setup/:kind/:no(\\d+)', component: () => import('./setup/EditionPage.vue'), props: true, meta: sub },
  { path: '/hot', component: () => import('./hot/HotPage.vue'), meta: sub },
  { path: '/hot/:id', component: () => import('./hot/HotCasesPage.vue'), props: true, meta: sub },
  { path: '/me', component: () => import('./identity/MePage.vue') },
  { path: '/:rest(.*)*', component: () => import('./home/NotFoundPage.vue') },
]
