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

test('both languages have the same keys', () => {
  expect(Object.keys(english).sort()).toEqual(Object.keys(chinese).sort())
})

test('every key in the source has its words', () => {
  const known = new Set([chinese, kitChinese, serverChinese].flatMap((words) => Object.keys(words)))
  expect(used.length).toBeGreaterThan(150)
  expect(used.filter((key) => !known.has(key))).toEqual([])
})

test('the app does not overwrite words of the kit or of the server', () => {
  expect(Object.keys(chinese).filter((key) => key in kitChinese || key in serverChinese)).toEqual([])
})

test('a sentence has the same placeholders in both languages', () => {
  const holes = (words: string): string[] => (words.match(/\{\w+\}/g) ?? []).sort()
  for (const [key, words] of Object.entries(chinese)) {
    expect([key, holes(english[key as keyof typeof english])]).toEqual([key, holes(words)])
  }
})
