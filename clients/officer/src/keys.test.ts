import { enableAutoUnmount, mount } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { keysOn, useKeys } from './keys'

const next = vi.fn()
const Desk = defineComponent({
  setup() {
    useKeys({ j: next, Enter: next })
    return () => h('div', [h('input', { id: 'words' }), h('input', { id: 'choice', type: 'radio' }), h('button')])
  },
})
const mounted = () => mount(Desk, { attachTo: document.body })

enableAutoUnmount(afterEach)
afterEach(() => {
  document.body.innerHTML = ''
  next.mockReset()
  keysOn.value = true
})

function press(key: string, on: EventTarget = document.body, held: KeyboardEventInit = {}): void {
  on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...held }))
}

test('a single key acts, in either case', () => {
  mounted()
  press('j')
  press('J')
  expect(next).toHaveBeenCalledTimes(2)
})

test('typing is never taken for a command; a chosen radio is not typing', () => {
  const desk = mounted()
  press('j', desk.get('#words').element)
  expect(next).not.toHaveBeenCalled()
  press('j', desk.get('#choice').element)
  expect(next).toHaveBeenCalledOnce()
})

test('keys with Ctrl belong to the browser, Enter on a button to the button, all of them to an open dialog', () => {
  const desk = mounted()
  press('j', document.body, { ctrlKey: true })
  press('Enter', desk.get('button').element)
  document.body.append(Object.assign(document.createElement('dialog'), { open: true }))
  press('j')
  expect(next).not.toHaveBeenCalled()
})

test('they can be switched off, and end with the page', () => {
  const desk = mounted()
  keysOn.value = false
  press('j')
  keysOn.value = true
  desk.unmount()
  press('j')
  expect(next).not.toHaveBeenCalled()
})
