import { startApp } from '@sanwei/web/app'
import { guard } from '@sanwei/web/lock'
import App from './App.vue'
import words from './i18n/zh-CN.json'
import { routes } from './routes.ts'
import { senders } from './senders.ts'

void startApp({ root: App, routes, senders, guard, words: { 'zh-CN': words, en: () => import('./i18n/en.json') } })
