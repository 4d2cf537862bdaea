/** What is wrong with one cell of a table that was handed in; line 0 is nobody's. */
export interface CellFault {
  sheet: string
  line: number
  column: string
  code: string
  value: string
}

/** The server understood and said no: a stable code with its parameters, and the input field to blame if there is one. */
export class Refusal extends Error {
  readonly code: string
  readonly params: Record<string, string | number>
  readonly field: string | undefined
  readonly faults: readonly CellFault[]

  constructor(
    code: string,
    params: Record<string, string | number> = {},
    field?: string,
    faults: readonly CellFault[] = [],
  ) {
    super(code)
    this.name = 'Refusal'
    this.code = code
    this.params = params
    this.field = field
    this.faults = faults
  }
}

/** Nothing answered. Whatever was to be sent is safe to send again. */
export class Offline extends Error {
  override readonly name = 'Offline'
}

/** The system failed; the same again may succeed later. `number` is what a person reads out on the telephone. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: string
  readonly number: string

  constructor(number: string, code = 'INTERNAL') {
    super(`${code} ${number}`)
    this.code = code
    this.number = number
  }
}

/** What the server says of itself, not of what was asked. */
const OF_THE_SYSTEM = new Set(['INTERNAL', 'UNAVAILABLE', 'NOT_READY', 'TOO_SLOW', 'OVERLOADED', 'TOO_MANY_AT_ONCE'])

/** The refusal or fault behind a code of the server. */
export function failureFor(
  code: string,
  params: Record<string, string | number> = {},
  field?: string,
  faults?: readonly CellFault[],
): Refusal | Fault {
  return OF_THE_SYSTEM.has(code) ? new Fault(String(params.id ?? '-'), code) : new Refusal(code, params, field, faults)
}
