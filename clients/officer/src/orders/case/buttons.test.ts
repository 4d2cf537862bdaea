import { expect, test } from 'vitest'
import type { OrderAction, OrderCaseFragment } from '../../gql/graphql'
import { buttonsFor, wordsOf } from './buttons'

function offered(actions: OrderAction[], located = true): string[] {
  const order = { actions, place: { located } } as Pick<OrderCaseFragment, 'actions' | 'place'>
  return buttonsFor(order).map((button) => `${button.id}${button.quiet ? ' (quiet)' : ''}`)
}

test('a dispatcher gets the suggestion first, rare steps quietly', () => {
  expect(offered(['REQUEST_VERIFY', 'MERGE', 'REJECT', 'FILE', 'LOCATE'])).toEqual([
    'advice',
    'locate (quiet)',
    'reassign',
    'verify',
    'reject (quiet)',
    'pair (quiet)',
  ])
})

test('a case without a place is put on the map first', () => {
  expect(offered(['REQUEST_VERIFY', 'REJECT', 'LOCATE'], false)).toEqual(['locate', 'verify', 'reject (quiet)'])
})

test('passing and failing a check are one button: the conclusion is chosen on its page', () => {
  expect(offered(['CHECK_PASS', 'CHECK_FAIL'])).toEqual(['goCheck'])
})

test('what the server does not offer has no button', () => {
  expect(offered([])).toEqual([])
  expect(offered(['RETURN', 'FINISH'])).toEqual(['finish', 'return'])
})

test('a button speaks the words of its step', () => {
  const [accept] = buttonsFor({ actions: ['ACCEPT_RETURN'], place: { located: true } } as OrderCaseFragment)
  expect(accept && wordsOf(accept)).toBe('同意退回')
})
