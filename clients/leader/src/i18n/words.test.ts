import { expect, test } from 'vitest'
import serverChinese from '../../../../shared/i18n/zh-CN.json'
import kitChinese from '../../../../shared/web/i18n/zh-CN.json'
import english from './en.json'
import chinese from './zh-CN.json'

const sources: Record<string, string> = import.meta.glob(['../**/*.{ts,vue}', '!../**/*.test.ts', '!../gql/**'], {
  eager: true,
  query: '?raw',
  import: 'default',
})
const text = Object.values(sources).join('\n')

/** Keys written out in the source: t('…'), t(a ? '…' : '…'). */
const used = [...text.matchAll(/\bt\(([^()]*?)[,)]/g)].flatMap(([, inside = '']) =>
  [...inside.matchAll(/'([\w-]+(?:\.[\w-]+)+)'/g)].map(([, key = '']) => key),
)
/** Families of keys made from a code: t(`figure.${key}`). */
const families = [...text.matchAll(/`([\w.]+\.)\$\{/g)].map(([, family = '']) => family)

test('both languages have the same keys', () => {
  expect(Object.keys(english).sort()).toEqual(Object.keys(chinese).sort())
})

test('every key in the source has its words', () => {
  const known = new Set([...Object.keys(chinese), ...Object.keys(kitChinese), ...Object.keys(serverChinese)])
  expect(used.length).toBeGreaterThan(80)
  expect(used.filter((key) => !known.has(key))).toEqual([])
})

test('every word is used', () => {
  const isUsed = (key: string): boolean => used.includes(key) || families.some((family) => key.startsWith(family))
  const passed = new Set([...text.matchAll(/'([\w-]+(?:\.[\w-]+)+)'/g)].map(([, key = '']) => key))
  expect(Object.keys(chinese).filter((key) => !isUsed(key) && !passed.has(key))).toEqual([])
})

test('the app does not overwrite words of the kit or the server', () => {
  expect(Object.keys(chinese).filter((key) => key in kitChinese || key in serverChinese)).toEqual([])
})

test('a sentence has the same placeholders in both languages', () => {
  const holes = (words: string): string[] => (words.match(/\{\w+\}/g) ?? []).sort()
  for (const [key, words] of Object.entries(chinese)) {
    expect([key, holes(english[key as keyof typeof english])]).toEqual([key, holes(words)])
  }
})
