import { beforeEach, expect, test, vi } from 'vitest'
import kitEn from './i18n/en.json'
import kitZh from './i18n/zh-CN.json'

let kit: typeof import('./i18n.ts')

beforeEach(async () => {
  localStorage.clear()
  vi.resetModules()
  kit = await import('./i18n.ts')
})

const words = {
  'zh-CN': { 'test.greeting': '{name}，您好', 'test.only': '只有中文' },
  en: () => Promise.resolve({ default: { 'test.greeting': 'Hello {name}' } }),
}

test('an app adds its words to those of the kit, with placeholders filled', async () => {
  await kit.learn(words)
  expect(kit.t('test.greeting', { name: '李梅' })).toBe('李梅，您好')
  expect(kit.t('shell.back')).toBe('返回')
})

test('a parameter of null leaves nothing behind, one that is not given stays visible', async () => {
  await kit.learn(words)
  expect(kit.t('test.greeting', { name: null })).toBe('，您好')
  expect(kit.t('test.greeting')).toBe('{name}，您好')
})

test('a word goes with its number', async () => {
  await kit.learn({ ...words, 'zh-CN': { 'test.cases': '{n} {n|case|cases}' } })
  expect([0, 1, 2].map((n) => kit.t('test.cases', { n }))).toEqual(['0 cases', '1 case', '2 cases'])
})

test('an unknown key is shown as it is and known as missing', () => {
  expect(kit.t('no.such.key')).toBe('no.such.key')
  expect(kit.has('no.such.key')).toBe(false)
  expect(kit.has('shell.back')).toBe(true)
})

test('English is fetched when chosen, remembered, and falls back to Chinese', async () => {
  await kit.learn(words)
  await kit.speak('en')
  expect(kit.t('test.greeting', { name: 'Li' })).toBe('Hello Li')
  expect(kit.t('test.only')).toBe('只有中文')
  expect(document.documentElement.lang).toBe('en')

  vi.resetModules()
  const nextVisit = await import('./i18n.ts')
  await nextVisit.learn(words)
  expect(nextVisit.language.value).toBe('en')
  await nextVisit.speak('zh-CN')
  expect(nextVisit.t('shell.back')).toBe('返回')
})

test('both languages of the kit have the same keys and the same placeholders', () => {
  const holes = (sentence: string): string[] => (sentence.match(/\{\w+\}/g) ?? []).sort()
  expect(Object.keys(kitEn).sort()).toEqual(Object.keys(kitZh).sort())
  for (const [key, sentence] of Object.entries(kitZh)) {
    expect(holes(kitEn[key as keyof typeof kitEn]), key).toEqual(holes(sentence))
  }
})
