import { computed, reactive, readonly } from 'vue'

/** What the chip says: live, retry (重连中), polling (轮询, websockets blocked), off (离线). */
export type Reach = 'live' | 'retry' | 'polling' | 'off'

const facts = reactive({
  online: navigator.onLine,
  answered: true,
  socket: 'idle' as 'idle' | 'open' | 'retry' | 'blocked',
  asOf: null as Date | null,
})

const state = computed<Reach>(() => {
  if (!facts.online || !facts.answered) return 'off'
  if (facts.socket === 'retry') return 'retry'
  return facts.socket === 'blocked' ? 'polling' : 'live'
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
  socket(next: typeof facts.socket): void {
    facts.socket = next
    if (next === 'open') heard.answer()
  },
}

addEventListener('online', () => {
  facts.online = true
  facts.answered = true
})
addEventListener('offline', () => {
  facts.online = false
})
