import { startApp } from '@sanwei/web/app'
import App from './App.vue'
import { SuperviseDocument } from './gql/graphql'
import words from './i18n/zh-CN.json'
import { routes } from './routes'
import { SUPERVISE } from './supervision/supervise'

void startApp({
  root: App,
  routes,
  words: { 'zh-CN': words, en: () => import('./i18n/en.json') },
  senders: { [SUPERVISE]: SuperviseDocument },
})
