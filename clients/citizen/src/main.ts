import { startApp } from '@sanwei/web/app'
import './citizen.css'
import App from './App.vue'
import words from './i18n/zh-CN.json'
import { senders } from './requests/senders.ts'
import { routes } from './routes.ts'

void startApp({ root: App, routes, words: { 'zh-CN': words, en: () => import('./i18n/en.json') }, senders })
