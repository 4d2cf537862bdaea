import { beforeEach, expect, test } from 'vitest'
import { commonMatters, countUse } from './common-matters'

beforeEach(() => localStorage.clear())

const codes = (owner: string): string[] => commonMatters(owner).map(({ code }) => code)

test('a new device starts with the seven common matters', () => {
  expect(codes('wg01')).toEqual(['01003', '06010', '09006', '09011', '01037', '04002', '06028'])
})

test('what the officer reports most comes first, and seven stay', () => {
  countUse('wg01', { code: '06036', name: '乱堆杂物' })
  countUse('wg01', { code: '09011' })
  countUse('wg01', { code: '06036', name: '乱堆杂物' })
  expect(codes('wg01')).toEqual(['06036', '09011', '01003', '06010', '09006', '01037', '04002'])
  expect(commonMatters('wg01')[0]).toEqual({ code: '06036', name: '乱堆杂物', icon: 'doc', times: 2 })
})

test('habits belong to the person, not to the device', () => {
  countUse('wg01', { code: '06036' })
  expect(codes('wg02')).not.toContain('06036')
})
