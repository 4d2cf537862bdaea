import { readonly, ref, shallowRef } from 'vue'
import server from '../i18n/zh-CN.json'
import kit from './i18n/zh-CN.json'
import { recall, remember } from './remember.ts'

export type Language = 'zh-CN' | 'zh-Hant' | 'en'
export type Words = Record<string, string>
export type Params = Record<string, string | number | null | undefined>

type Fetched = () => Promise<{ default: Words }>

/** One app's words: Chinese at hand, the others fetched when chosen. Staff read no traditional characters. */
export interface AppWords {
  'zh-CN': Words
  'zh-Hant'?: Fetched
  en: Fetched
}

/** Browsers of people who read traditional characters. */
const TRADITIONAL = /^zh-(hant|hk|mo|tw)/i

const chinese: Words = { ...server, ...kit }
const words = shallowRef<Words>(chinese)
const spoken = ref<Language>('zh-CN')
let app: AppWords | undefined
const parts = new Set<Words>() // the English of pages that brought words of their own

/** The language on the screen; change it with `speak`. */
export const language = readonly(spoken)

/** The sentence for a key, its `{placeholders}` filled. An unknown key is shown as it is. */
export function t(key: string, params: Params = {}): string {
  const sentence = words.value[key] ?? chinese[key] ?? key
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name] ?? '') : whole))
}

export const has = (key: string): boolean => key in words.value || key in chinese

/** Adds an app's own words and takes up the language chosen last time. */
export async function learn(own: AppWords): Promise<void> {
  app = own
  Object.assign(chinese, own['zh-CN'])
  words.value = { ...chinese }
  const known = recall('language') ?? (TRADITIONAL.test(navigator.language) ? 'zh-Hant' : 'zh-CN')
  if (known === 'en' || (known === 'zh-Hant' && own['zh-Hant'])) await speak(known)
}

/** Adds the words of a page that few people open. */
export async function learnPart(part: Record<'zh-CN' | 'en', Fetched>): Promise<void> {
  const [zh, en] = await Promise.all([part['zh-CN'](), part.en()])
  Object.assign(chinese, zh.default)
  words.value = { ...words.value, ...(spoken.value === 'en' ? en.default : zh.default) }
  parts.add(en.default)
}

/** Switches the language of the screen and of the document. */
export async function speak(next: Language): Promise<void> {
  if (next === 'en') {
    const loaded = await Promise.all([import('../i18n/en.json'), import('./i18n/en.json'), app?.en()])
    words.value = Object.assign({}, ...loaded.map((part) => part?.default as Words | undefined), ...parts)
  } else if (next === 'zh-Hant' && app?.['zh-Hant']) {
    words.value = (await app['zh-Hant']()).default
  } else {
    words.value = { ...chinese }
  }
  spoken.value = next
  remember('language', next)
  document.documentElement.lang = next
}
