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

/** Chinese words, those that win first: they are sought, never poured together, for that would hold up a start. */
let chinese: Words[] = [kit, server]
const words = shallowRef(chinese)
const spoken = ref<Language>('zh-CN')
let app: AppWords | undefined
const parts: Words[] = [] // the English of pages that brought words of their own

const wordsFor = (key: string): string | undefined => words.value.find((some) => key in some)?.[key]

/** The language on the screen; change it with `speak`. */
export const language = readonly(spoken)

const BLANK = /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g

/**
 * The sentence for a key, its `{placeholders}` filled; `{n|case|cases}` is the word that goes with the number.
 * An unknown key is shown as it is.
 */
export function t(key: string, params: Params = {}): string {
  return (wordsFor(key) ?? key).replace(BLANK, (whole, name: string, one?: string, more?: string) => {
    if (!(name in params)) return whole
    const value = String(params[name] ?? '')
    return more === undefined ? value : value === '1' ? (one ?? '') : more
  })
}

export const has = (key: string): boolean => wordsFor(key) !== undefined

/** Adds an app's own words and takes up the language chosen last time. */
export async function learn(own: AppWords): Promise<void> {
  app = own
  chinese = [own['zh-CN'], ...chinese]
  words.value = chinese
  const known = recall('language') ?? (TRADITIONAL.test(navigator.language) ? 'zh-Hant' : 'zh-CN')
  if (known === 'en' || (known === 'zh-Hant' && own['zh-Hant'])) await speak(known)
}

/** Adds the words of a page that few people open. */
export async function learnPart(part: Record<'zh-CN' | 'en', Fetched>): Promise<void> {
  const [zh, en] = await Promise.all([part['zh-CN'](), part.en()])
  if (parts.includes(en.default)) return
  parts.push(en.default)
  chinese = [...chinese, zh.default]
  words.value = spoken.value === 'en' ? [en.default, ...words.value, zh.default] : [...words.value, zh.default]
}

/** Switches the language of the screen and of the document. */
export async function speak(next: Language): Promise<void> {
  if (next === 'en') {
    const english = await Promise.all([app?.en(), import('./i18n/en.json'), import('../i18n/en.json')])
    words.value = [...parts, ...english.map((some): Words => some?.default ?? {}), ...chinese]
  } else if (next === 'zh-Hant' && app?.['zh-Hant']) {
    words.value = [(await app['zh-Hant']()).default, ...chinese]
  } else {
    words.value = chinese
  }
  spoken.value = next
  remember('language', next)
  document.documentElement.lang = next
}
