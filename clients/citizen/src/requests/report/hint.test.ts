import { grant, type Heard, serve } from '@sanwei/web/test/server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import { useHint } from './hint.ts'

let log: Heard[]
let answers: Record<string, number>

const asked = (): string[] =>
  log
    .filter(({ path }) => path === '/graphql')
    .map(({ body }) => (body as { variables: { text: string } }).variables.text)

beforeEach(() => {
  vi.useFakeTimers()
  answers = {}
  log = serve(async ({ path, body }) => {
    if (path.startsWith('/auth')) return grant('token')
    const { text } = (body as { variables: { text: string } }).variables
    await new Promise((done) => setTimeout(done, answers[text] ?? 10))
    return { json: { data: { reportHint: { words: [text], near: [] } } } }
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function write(text: { value: string }, words: string, pause: number): Promise<void> {
  text.value = words
  await nextTick()
  await vi.advanceTimersByTimeAsync(pause)
}

function open() {
  const [text, pictured] = [ref(''), ref(false)]
  const hint = effectScope().run(() =>
    useHint(() => ({ text: text.value, at: null, kind: null, pictured: pictured.value, against: false })),
  )
  return { text, pictured, words: () => hint?.value?.words }
}

test('the server is asked once the person pauses, not for every letter', async () => {
  const { text, words } = open()
  await write(text, '井', 100)
  await write(text, '井盖', 100)
  await write(text, '井盖裂', 600)
  expect(asked()).toEqual(['井盖裂'])
  expect(words()).toEqual(['井盖裂'])
})

test('a late answer to earlier words does not replace the newer one', async () => {
  answers = { 井盖: 5_000 }
  const { text, words } = open()
  await write(text, '井盖', 600)
  await write(text, '路灯不亮', 600)
  expect(words()).toEqual(['路灯不亮'])
  await vi.advanceTimersByTimeAsync(6_000)
  expect(words()).toEqual(['路灯不亮'])
})

test('no words, no suggestion', async () => {
  const { text, words } = open()
  await write(text, '井盖', 600)
  await write(text, '  ', 600)
  expect(words()).toBeUndefined()
  expect(asked()).toEqual(['井盖'])
})

test('a photo, a party or a chosen kind asks again with the same words', async () => {
  const { text, pictured } = open()
  await write(text, '请问怎么办', 600)
  pictured.value = true
  await nextTick()
  await vi.advanceTimersByTimeAsync(600)
  expect(asked()).toEqual(['请问怎么办', '请问怎么办'])
  expect(log.at(-1)?.body).toMatchObject({ variables: { pictured: true, against: false } })
})
