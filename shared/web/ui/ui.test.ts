import { mount } from '@vue/test-utils'
import { beforeEach, expect, test } from 'vitest'
import { nextTick } from 'vue'
import { useProblems } from '../errors.ts'
import { Refusal } from '../failures.ts'
import { now } from '../time.ts'
import ErrorSummary from './ErrorSummary.vue'
import Field from './Field.vue'
import PromiseCard from './PromiseCard.vue'
import RadioGroup from './RadioGroup.vue'
import StateBadge from './StateBadge.vue'
import Tabs from './Tabs.vue'
import Timeline from './Timeline.vue'

beforeEach(() => {
  now.value = new Date('2025-11-23T06:32:00Z') // 14:32 in Guangzhou
  document.title = '反映问题 - 市民端'
})

const SOLVED = [
  { value: 'SOLVED', label: '已解决' },
  { value: 'UNSOLVED', label: '未解决', hint: '会重新办理' },
]

test('a radio is named by its label alone; its hint describes it', () => {
  const group = mount(RadioGroup, { props: { label: '问题解决了吗', options: SOLVED, modelValue: 'SOLVED' } })
  const [solved, unsolved] = group.findAll('input')
  expect(solved?.attributes('aria-label')).toBe('已解决')
  expect(unsolved?.attributes('aria-label')).toBe('未解决')
  expect(group.get(`[id="${unsolved?.attributes('aria-describedby')}"]`).text()).toBe('会重新办理')
  expect(group.get('.is-on').text()).toBe('已解决')
  const named = group.get('[role="radiogroup"]').attributes('aria-labelledby')
  expect(group.get(`[id="${named}"]`).text()).toBe('问题解决了吗')
})

test('choosing a radio tells the page', async () => {
  const group = mount(RadioGroup, { props: { label: '问题解决了吗', options: SOLVED } })
  await group.findAll('input')[1]?.setValue(true)
  expect(group.emitted('update:modelValue')).toEqual([['UNSOLVED']])
})

test('a field at fault says why in the words of the summary, and nothing typed is lost', () => {
  const field = mount(Field, {
    props: { id: 'd', label: '问题描述', error: '请写一句话', modelValue: '井盖', rows: 2 },
  })
  const control = field.get('textarea')
  expect(control.attributes()).toMatchObject({ id: 'd', 'aria-invalid': 'true', 'aria-describedby': 'd-error' })
  expect((control.element as HTMLTextAreaElement).value).toBe('井盖')
  expect(field.get('#d-error').text()).toBe('请写一句话')
})

test('the summary takes the focus, marks the title and leads to the field', async () => {
  const form = useProblems()
  const summary = mount(ErrorSummary, { props: { problems: form.problems.value }, attachTo: document.body })
  const field = mount(Field, { props: { id: 'd', label: '问题描述' }, attachTo: document.body })
  form.take(new Refusal('TEXT_TOO_LONG', { limit: 500, length: 512 }, 'text'), { text: 'd' })
  await summary.setProps({ problems: form.problems.value })
  await nextTick()
  expect(document.activeElement?.textContent).toBe('有问题需要修改')
  expect(document.title).toBe('有误：反映问题 - 市民端')
  await summary.get('a').trigger('click')
  await nextTick()
  expect(document.activeElement?.id).toBe('d')
  await summary.setProps({ problems: [] })
  expect(document.title).toBe('反映问题 - 市民端')
  summary.unmount()
  field.unmount()
})

test('a promise counts down in large figures and marks the stage', () => {
  const card = mount(PromiseCard, { props: { at: '2025-11-25T10:00:00Z', from: '2025-11-22T06:00:00Z', stage: 3 } })
  expect(card.get('.promise__left').text().replace(/\s+/g, '')).toBe('还剩2天3小时')
  expect(card.findAll('b').map((figure) => figure.text())).toEqual(['2', '3'])
  expect(card.get('time').text()).toBe('11月25日 18:00 前')
  expect(card.findAll('.is-done').map((stage) => stage.text())).toEqual(['受理', '派单', '处置'])
  expect(card.get('[aria-current="step"]').text()).toBe('核查')
})

test.each([
  [{ at: '2025-11-23T03:32:00Z' }, '已超过3小时', 'over'],
  [{ at: '2025-11-23T07:20:00Z' }, '还剩48分', 'soon'],
  [{ at: '2025-11-25T10:00:00Z', paused: '等您补充材料' }, '计时暂停：等您补充材料', undefined],
  [{ at: '2025-11-23T03:32:00Z', closedAt: '2025-11-23T05:50:00Z' }, '已于今天13:50办结', undefined],
])('a promise %o says %s', (props, said, look) => {
  const card = mount(PromiseCard, { props: { stage: 2, ...props } })
  expect(card.get('.promise__left').text().replace(/\s+/g, '')).toBe(said)
  expect(card.get('section').attributes('data-s')).toBe(look)
})

test('an overdue state is shown as overdue, whatever it is', () => {
  expect(
    mount(StateBadge, { props: { case: 'HANDLED', overdue: true } })
      .get('.badge')
      .attributes('data-s'),
  ).toBe('over')
  expect(
    mount(StateBadge, { props: { case: 'HANDLED' } })
      .get('use')
      .attributes('href'),
  ).toBe('#s-q3')
  expect(
    mount(StateBadge, { props: { order: 'RETURNED' } })
      .get('.badge')
      .attributes('data-s'),
  ).toBe('return')
})

test('the record stands newest first, under what comes next', () => {
  const entry = (id: string, at: string) => ({ id, at, verb: `verb.${id}`, photos: [] })
  const entries = [entry('old', '2025-11-22T01:00:00Z'), entry('new', '2025-11-23T01:00:00Z')]
  const record = mount(Timeline, { props: { entries, next: { text: '到场核查' } } })
  expect(record.findAll('.timeline__h > span').map((line) => line.text())).toEqual([
    '接下来：到场核查',
    'verb.new',
    'verb.old',
  ])
})

test('the arrow keys walk through the tabs, round and round', async () => {
  const tabs = [
    { value: 'all', label: '全部' },
    { value: 'verify', label: '核实', count: 2 },
  ]
  const list = mount(Tabs, {
    props: {
      label: '任务',
      tabs,
      modelValue: 'all',
      'onUpdate:modelValue': (modelValue: string) => list.setProps({ modelValue }),
    },
  })
  await list.trigger('keydown', { key: 'ArrowRight' })
  expect(list.get('[aria-selected="true"]').attributes('aria-label')).toBe('核实')
  await list.trigger('keydown', { key: 'ArrowRight' })
  expect(list.get('[aria-selected="true"]').attributes('aria-label')).toBe('全部')
})
