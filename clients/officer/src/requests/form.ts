import type { Option } from '@sanwei/web/ui'

/** One question of a sheet. Its answer is a string, '' while there is none; of a tick, anything means yes. */
export interface FormField {
  id: string
  kind: 'text' | 'line' | 'number' | 'date' | 'select' | 'radio' | 'check'
  label: string
  hint?: string | undefined
  options?: readonly Option<string>[]
  /** What it begins with. */
  value?: string | undefined
}

export type Values = Record<string, string>

export interface Form {
  title: string
  /** What follows from it, in a sentence. */
  means?: string | undefined
  fields: readonly FormField[]
  button: string
  danger?: boolean | undefined
  send(values: Values, opId: string): Promise<unknown>
}
