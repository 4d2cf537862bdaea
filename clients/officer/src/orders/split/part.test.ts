import { expect, test } from 'vitest'
import { emptyPart, missingOf, toInput } from './part'

const whole = {
  ...emptyPart(1),
  unitId: 'zj',
  matter: { code: '01037', name: '路灯' },
  ruleId: '01037-1',
  text: ' 换灯 ',
}

test('a part says what it still lacks', () => {
  expect(missingOf(emptyPart(1))).toEqual(['unitId', 'matterCode', 'text'])
  expect(missingOf({ ...whole, ruleId: null })).toEqual(['ruleId'])
  expect(missingOf(whole)).toEqual([])
})

test('a whole part goes to the server as it was meant', () => {
  expect(toInput(whole)).toEqual({
    unitId: 'zj',
    matterCode: '01037',
    ruleId: '01037-1',
    text: '换灯',
    overrideReason: '',
  })
})
