import { useKeys } from '../keys'
import { BUTTONS } from './case/buttons'
import type { Steps } from './case/steps'

/** The keys of a desk: each step's own, and those that move about. */
export function useBenchKeys(steps: Steps, on: { move(by: 1 | -1): void; help(): void }): void {
  function press(key: string): void {
    const button = steps.buttons.value.find((one) => one.key === key)
    if (button) steps.press(button)
  }

  useKeys({
    ...Object.fromEntries(BUTTONS.flatMap(({ key }) => (key ? [[key, () => press(key)]] : []))),
    j: () => on.move(1),
    k: () => on.move(-1),
    Enter: () => document.getElementById('case')?.focus(),
    m() {
      const order = steps.order.value
      const nearest = order?.similar[0]
      if (nearest && order.actions.includes('MERGE')) steps.merge(nearest.order)
    },
    u: steps.undo,
    '/': () => document.querySelector<HTMLInputElement>('input[type="search"]')?.focus(),
    '?': on.help,
  })
}
