import { type ComputedRef, computed, type Ref, ref } from 'vue'
import { Fault, Offline, Refusal } from './failures.ts'
import { has, t } from './i18n.ts'

/** One thing to mend: the id of the field, and the sentence shown at the field and in the summary. */
export interface Problem {
  id: string
  text: string
}

/** What a person is told about a failure. */
export function sentence(failure: unknown): string {
  if (failure instanceof Refusal) {
    const key = `error.${failure.code}`
    return has(key) ? t(key, failure.params) : t('error.unknown', { code: failure.code })
  }
  if (failure instanceof DOMException && failure.name === 'QuotaExceededError') return t('error.storage')
  if (failure instanceof Offline) return t('error.offline')
  if (failure instanceof Fault) return t(`error.${failure.code}`, { id: failure.number })
  return t('error.INTERNAL', { id: '-' })
}

export interface Problems {
  problems: Readonly<Ref<Problem[]>>
  any: ComputedRef<boolean>
  /** The sentence for one field, or undefined. */
  of(id: string): string | undefined
  add(id: string, text: string): void
  /** Files a refusal under the field the server blames; `ids` maps the server's field names to element ids. */
  take(failure: unknown, ids?: Record<string, string>): void
  clear(): void
}

/** The problems of one form, shared by ErrorSummary and the fields. */
export function useProblems(): Problems {
  const problems = ref<Problem[]>([])
  const add = (id: string, text: string): void => {
    problems.value = [...problems.value.filter((known) => known.id !== id), { id, text }]
  }
  return {
    problems,
    any: computed(() => problems.value.length > 0),
    of: (id) => problems.value.find((problem) => problem.id === id)?.text,
    add,
    take(failure, ids = {}) {
      const field = failure instanceof Refusal ? failure.field : undefined
      add((field && (ids[field] ?? field)) || 'main', sentence(failure))
    },
    clear() {
      problems.value = []
    },
  }
}

/** Gives a field, or the first control of a group, the focus, as the links of the summary do. */
export function goTo(id: string): void {
  const target = document.getElementById(id)
  const control = target?.matches('input, select, textarea, button') ? target : target?.querySelector('input')
  const field = control ?? target
  field?.focus()
}
