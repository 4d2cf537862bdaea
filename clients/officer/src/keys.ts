import { recall, remember } from '@sanwei/web/remember'
import { onMounted, onUnmounted, ref, watch } from 'vue'

/** Single-key shortcuts can be switched off (WCAG 2.1.4); the choice stays on the device. */
export const keysOn = ref(recall('keys') !== 'off')
watch(keysOn, (on) => remember('keys', on ? null : 'off'))

const TYPING = 'input:not([type="radio"]):not([type="checkbox"]), textarea, select, [contenteditable]'

/** True while a key belongs to a field, a dialog or the browser. */
function taken(event: KeyboardEvent): boolean {
  const target = event.target as Element
  return (
    event.defaultPrevented ||
    event.ctrlKey ||
    event.altKey ||
    event.metaKey ||
    target.matches(TYPING) ||
    document.querySelector('dialog[open]') !== null
  )
}

/** Listens to single keys while the page is shown. Names are as in KeyboardEvent.key, letters in lower case. */
export function useKeys(keys: Record<string, () => void>): void {
  const press = (event: KeyboardEvent): void => {
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const act = keys[name]
    if (!act || !keysOn.value || taken(event)) return
    if (name === 'Enter' && (event.target as Element).matches('a, button, summary')) return
    event.preventDefault()
    act()
  }
  onMounted(() => addEventListener('keydown', press))
  onUnmounted(() => removeEventListener('keydown', press))
}
