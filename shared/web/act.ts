import { type Ref, readonly, ref } from 'vue'
import { sentence } from './errors.ts'
import { Refusal } from './graph.ts'
import { uuid } from './ids.ts'
import { toast } from './toast.ts'

export interface Act {
  busy: Readonly<Ref<boolean>>
  /** Runs one call at a time. The id it is given stays the same until the server has answered it. */
  act(call: (opId: string) => Promise<unknown>): Promise<void>
}

/** Guards a button: no double call, and a repeat after a lost answer carries the same operation id. */
export function useAct(failed: (failure: unknown) => void = (failure) => toast(sentence(failure))): Act {
  const busy = ref(false)
  let opId = uuid()
  return {
    busy: readonly(busy),
    async act(call) {
      if (busy.value) return
      busy.value = true
      try {
        await call(opId)
        opId = uuid()
      } catch (failure) {
        if (failure instanceof Refusal) opId = uuid()
        failed(failure)
      } finally {
        busy.value = false
      }
    },
  }
}
