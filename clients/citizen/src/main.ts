import { startApp } from '@sanwei/web/app'
import type { Words } from '@sanwei/web/i18n'
import { kiosk } from '@sanwei/web/router'
import './citizen.css'
import App from './App.vue'
import words from './i18n/zh-CN.json'
import { senders } from './requests/senders.ts'
import { routes } from './routes.ts'

/** The shared words and the server's are the citizen's alone in this script, so they come with his own. */
async function traditional(): Promise<{ default: Words }> {
  const parts = await Promise.all([
    import('../../../shared/i18n/zh-Hant.json'),
    import('../../../shared/web/i18n/zh-Hant.json'),
    import('./i18n/zh-Hant.json'),
  ])
  return { default: Object.assign({}, ...parts.map((part) => part.default)) }
}

async function begin(): Promise<void> {
  if (kiosk) await (await import('./kiosk/wipe.ts')).beginClean()
  await startApp({
    root: App,
    routes,
    words: { 'zh-CN': words, 'zh-Hant': traditional, en: () => import('./i18n/en.json') },
    senders,
  })
}
void begin()
