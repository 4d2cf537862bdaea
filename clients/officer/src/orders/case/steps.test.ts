import { grant, type Heard, serve } from '@sanwei/web/test/server'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defineComponent, shallowRef } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { OrderCaseFragment } from '../../gql/graphql'

const MATTER = { code: '01003', name: '雨水井盖异常', category: '市政公用设施' }
const RULE = { id: 'r1', condition: '破损', limitValue: 2, limitUnit: 'WORK_DAY', closeCondition: '完好' }
const UNIT = { id: 'u2', name: '区住建局' }
const HELD = { id: 'o1', version: 4, title: '井盖破损', held: { id: 'h1', action: 'dispatch', mine: true } }

let answers: Record<string, unknown>
let log: Heard[]

beforeEach(() => {
  answers = { Dispatch: { dispatchOrder: HELD }, TakeBack: { takeBack: true } }
  log = serve(({ path, body }) => {
    if (path.startsWith('/auth')) return grant('token')
    const name = nameOf(body)
    const data = answers[name]
    return data instanceof Error
      ? { json: { errors: [{ message: '', extensions: { code: data.message, params: {} } }] } }
      : { json: { data } }
  })
})
afterEach(() => vi.unstubAllGlobals())

const nameOf = (body: unknown): string => /(?:mutation|query) (\w+)/.exec((body as { query: string }).query)?.[1] ?? ''
const asked = (): [string, unknown][] =>
  log
    .filter(({ path }) => path === '/graphql')
    .map(({ body }) => [nameOf(body), (body as { variables: unknown }).variables])

async function desk(part: Partial<OrderCaseFragment> = {}) {
  vi.resetModules()
  const { useSteps } = await import('./steps')
  const { BUTTONS } = await import('./buttons')
  const { currentToast } = await import('@sanwei/web/toast')
  const order = shallowRef({
    id: 'o1',
    version: 3,
    title: '井盖破损',
    actions: ['FILE', 'MERGE'],
    place: { located: true },
    suggestion: { matter: MATTER, rule: RULE, unit: UNIT, confidence: 'HIGH' },
    ...part,
  } as unknown as OrderCaseFragment)
  const on = { moved: vi.fn(), back: vi.fn(), refused: vi.fn() }
  let steps: ReturnType<typeof useSteps> | undefined
  const Page = defineComponent({
    setup() {
      steps = useSteps(() => order.value, on)
      return () => null
    },
  })
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: Page }] })
  mount(Page, { global: { plugins: [router] } })
  if (!steps) throw new Error('not set up')
  const press = async (id: string): Promise<void> => {
    const button = BUTTONS.find((one) => one.id === id)
    if (button) steps?.press(button)
    await flushPromises()
  }
  return { steps, press, on, order, router, toast: currentToast }
}

test('one tap dispatches what the suggestion says, and can be taken back', async () => {
  const { press, steps, on, toast } = await desk()
  await press('advice')
  await vi.waitFor(() => expect(on.moved).toHaveBeenCalledWith(HELD))
  const [[name, variables] = []] = asked()
  expect(name).toBe('Dispatch')
  expect(variables).toMatchObject({
    input: { id: 'o1', version: 3, matterCode: '01003', ruleId: 'r1', unitId: 'u2', overrideReason: null },
  })
  expect(toast.value?.undo).toBeTypeOf('function')

  steps.undo()
  await vi.waitFor(() => expect(on.back).toHaveBeenCalledWith('o1'))
  expect(asked().at(-1)).toEqual(['TakeBack', { holdId: 'h1' }])
  steps.undo()
  await flushPromises()
  expect(asked()).toHaveLength(2)
})

test('an alternative goes out at one tap; one without a filing rule is completed first', async () => {
  const { steps, on } = await desk()
  steps.choose({ matter: MATTER, rule: RULE, unit: { id: 'u1', name: '区城管局' } } as never)
  await vi.waitFor(() => expect(on.moved).toHaveBeenCalledOnce())
  expect(asked()[0]?.[1]).toMatchObject({ input: { unitId: 'u1' } })
  const partial = { matter: MATTER, rule: null, unit: UNIT } as never
  steps.choose(partial)
  await flushPromises()
  expect([steps.sheet.value, steps.begun.value]).toEqual(['reassign', partial])
  expect(asked()).toHaveLength(1)
})

test('while the suggestion lacks a part, the button asks for it instead of guessing', async () => {
  const { press, steps } = await desk({
    suggestion: { matter: MATTER, rule: RULE, unit: null, confidence: 'LOW' } as never,
  })
  expect(steps.advice.value).toBeNull()
  await press('advice')
  expect(steps.sheet.value).toBe('reassign')
  expect(asked()).toEqual([])
})

test('a refusal is said, and the case is read again', async () => {
  answers.Dispatch = new Error('STALE_VERSION')
  const { press, on, toast } = await desk()
  await press('advice')
  await vi.waitFor(() => expect(on.refused).toHaveBeenCalledOnce())
  expect(on.moved).not.toHaveBeenCalled()
  expect(toast.value?.text).toContain('刚刚有人更新了这件事')
})

test('a step with a page of its own leads there', async () => {
  const { press, router } = await desk({ actions: ['FINISH'] })
  await press('finish')
  await vi.waitFor(() => expect(router.currentRoute.value.path).toBe('/orders/o1/finish'))
})
