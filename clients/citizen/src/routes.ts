import { kiosk } from '@sanwei/web/router'
import type { RouteRecordRaw } from 'vue-router'
import HomePage from './home/HomePage.vue'

export const routes: RouteRecordRaw[] = [
  { path: '/', component: kiosk ? () => import('./kiosk/KioskPage.vue') : HomePage, meta: { nav: !kiosk } },
  { path: '/report', component: () => import('./requests/report/ReportPage.vue'), meta: { nav: false } },
  {
    path: '/report/done/:id',
    component: () => import('./requests/done/DonePage.vue'),
    props: true,
    meta: { nav: false },
  },
  { path: '/cases', component: () => import('./requests/list/CasesPage.vue') },
  { path: '/cases/:id', component: () => import('./requests/case/CasePage.vue'), props: true, meta: { nav: false } },
  {
    path: '/cases/:id/rate',
    component: () => import('./requests/rate/RatePage.vue'),
    props: true,
    meta: { nav: false, form: true },
  },
  {
    path: '/cases/:id/receipt',
    component: () => import('./receipts/ReceiptPage.vue'),
    props: true,
    meta: { nav: false },
  },
  { path: '/receipts', component: () => import('./receipts/ReceiptsPage.vue'), meta: { nav: false } },
  { path: '/v/:code?', component: () => import('./receipts/VerifyPage.vue'), props: true, meta: { nav: false } },
  { path: '/ask', component: () => import('./knowledge/AskPage.vue') },
  {
    path: '/ask/answers/:id',
    component: () => import('./knowledge/SourcePage.vue'),
    props: true,
    meta: { nav: false },
  },
  { path: '/ask/:id', component: () => import('./talks/TalkPage.vue'), props: true, meta: { nav: false } },
  { path: '/p/:no', component: () => import('./public/PublicPage.vue'), props: true, meta: { nav: false } },
  {
    path: '/grid/:code',
    component: () => import('./grid/GridPage.vue'),
    props: ({ params, query }) => ({ code: params.code, cardKey: query.k ?? '', write: 'write' in query }),
    meta: { nav: false },
  },
  { path: '/proposals', component: () => import('./proposals/ProposalsPage.vue'), meta: { nav: false } },
  { path: '/open', component: () => import('./open/OpenPage.vue') },
  { path: '/nearby', component: () => import('./nearby/NearbyPage.vue') },
  { path: '/inbox', component: () => import('./inbox/InboxPage.vue'), meta: { nav: false } },
  { path: '/notices', component: () => import('./notices/NoticesPage.vue'), meta: { nav: false } },
  { path: '/me', component: () => import('./identity/MePage.vue') },
  { path: '/me/data', component: () => import('./identity/MyDataPage.vue'), meta: { nav: false } },
  { path: '/me/family', component: () => import('./family/FamilyPage.vue'), meta: { nav: false } },
  { path: '/login', component: () => import('./identity/LoginPage.vue'), meta: { nav: false } },
  { path: '/:lost(.*)*', component: () => import('./home/LostPage.vue') },
]
