import { computed, reactive, readonly } from 'vue'

/** What the chip says: live, stream (live by the second way), retry (重连中), polling (轮询), off (离线). */
export type Reach = 'live' | 'stream' | 'retry' | 'polling' | 'off'

const facts = reactive({
  online: navigator.onLine,
  answered: true,
  line: 'idle' as 'idle' | 'open' | 'stream' | 'retry' | 'blocked',
  asOf: null as Date | null,
})

const state = computed<Reach>(() => {
  if (!facts.online || !facts.answered) return 'off'
  if (facts.line === 'retry' || facts.line === 'stream') return facts.line
  return facts.line === 'blocked' ? 'polling' : 'live'
})

/** How well the server is reached, and when it last answered. */
export const connection = readonly(reactive({ state, asOf: computed(() => facts.asOf) }))

/** Told by whoever talks to the server; nobody else writes here. */
export const heard = {
  answer(): void {
    facts.answered = true
    facts.asOf = new Date()
  },
  silence(): void {
    facts.answered = false
  },
  line(next: typeof facts.line): void {
    facts.line = next
    if (next === 'open' || next === 'stream') heard.answer()
  },
}

addEventListener('online', () => {
  facts.online = true
  facts.answered = true
})
addEventListener('offline', () => {
  facts.online = false
})
