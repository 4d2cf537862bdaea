import { expect, test } from 'vitest'
import type { RequestFilter, RequestRowFragment } from '../gql/graphql.ts'
import { holds, isOf } from './rows.ts'

const row = (over: Partial<RequestRowFragment>): RequestRowFragment => ({
  id: 'r1',
  no: 'LW20251123-0007',
  kind: 'REPORT',
  version: 1,
  state: 'DISPATCHED',
  title: '恩宁路99号门前井盖破损',
  submittedAt: '2025-11-23T01:12:00Z',
  promisedAt: '2025-11-25T10:00:00Z',
  overdue: false,
  closedAt: null,
  question: null,
  answerBy: null,
  forFamily: null,
  filedByOther: false,
  actions: ['SHARE', 'URGE'],
  next: null,
  cover: null,
  ...over,
})

const tabsOf = (one: RequestRowFragment): RequestFilter[] =>
  (['ALL', 'OPEN', 'WAITING_FOR_ME', 'CLOSED'] as const).filter((filter) => isOf(filter, one))

test('a case on its way stands under open', () => {
  expect(tabsOf(row({}))).toEqual(['ALL', 'OPEN'])
})

test('a case that asks something stands under open and under waiting for me', () => {
  expect(tabsOf(row({ state: 'NEEDS_YOU' }))).toEqual(['ALL', 'OPEN', 'WAITING_FOR_ME'])
})

test('a closed case waits for me until it is rated', () => {
  const closedAt = '2025-11-24T02:00:00Z'
  expect(tabsOf(row({ state: 'CLOSED', closedAt, actions: ['SHARE', 'RATE'] }))).toEqual([
    'ALL',
    'WAITING_FOR_ME',
    'CLOSED',
  ])
  expect(tabsOf(row({ state: 'RATED', closedAt, actions: ['SHARE'] }))).toEqual(['ALL', 'CLOSED'])
})

test('a case is found by its number and by its words', () => {
  expect(holds(row({}), ' lw20251123 ')).toBe(true)
  expect(holds(row({}), '井盖')).toBe(true)
  expect(holds(row({}), '路灯')).toBe(false)
  expect(holds(row({}), '')).toBe(true)
})
