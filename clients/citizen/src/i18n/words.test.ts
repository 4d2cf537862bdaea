import { expect, test } from 'vitest'
import serverChinese from '../../../../shared/i18n/zh-CN.json'
import kitChinese from '../../../../shared/web/i18n/zh-CN.json'
import english from './en.json'
import chinese from './zh-CN.json'
import traditional from './zh-Hant.json'

const sources: Record<string, string> = import.meta.glob(['../**/*.{ts,vue}', '!../**/*.test.ts', '!../gql/**'], {
  eager: true,
  query: '?raw',
  import: 'default',
})
const text = Object.values(sources).join('\n')
const known = new Set([chinese, kitChinese, serverChinese].flatMap((words) => Object.keys(words)))

test('every key written in the source has its words', () => {
  const used = [...text.matchAll(/\bt\(([^()]*?)[,)]/g)].flatMap(([, inside = '']) =>
    [...inside.matchAll(/'([\w-]+(?:\.[\w-]+)*)'/g)].map(([, key = '']) => key),
  )
  expect(used.length).toBeGreaterThan(120)
  expect(used.filter((key) => /\./.test(key) && !known.has(key) && !/^[A-Z]/.test(key))).toEqual([])
})

test('every family of keys in the source has words', () => {
  const families = [...text.matchAll(/\bt\([^()]*?`([\w.]+\.)\$\{/g)].map(([, family = '']) => family)
  expect(families).toContain('step.')
  expect(families.filter((family) => ![...known].some((key) => key.startsWith(family)))).toEqual([])
})

test('the app does not overwrite words of the kit or of the server', () => {
  expect(Object.keys(chinese).filter((key) => key in kitChinese || key in serverChinese)).toEqual([])
})

test('both languages say the same things with the same placeholders', () => {
  const holes = (words: string): string[] => (words.match(/\{\w+\}/g) ?? []).sort()
  expect(Object.keys(english).sort()).toEqual(Object.keys(chinese).sort())
  expect(Object.keys(traditional).sort()).toEqual(Object.keys(chinese).sort())
  for (const [key, words] of Object.entries(chinese)) {
    expect([key, holes(english[key as keyof typeof english])]).toEqual([key, holes(words)])
  }
})
