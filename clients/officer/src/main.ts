import { startApp } from '@sanwei/web/app'
import App from './App.vue'
import words from './i18n/zh-CN.json'
import { routes } from './routes.ts'
import { senders } from './senders.ts'

void startApp({ root: App, routes, senders, words: { 'zh-CN': words, en: () => import('./i18n/en.json') } })
