/** The server understood and said no: a stable code with its parameters, and the input field to blame if there is one. */
export class Refusal extends Error {
  readonly code: string
  readonly params: Record<string, string | number>
  readonly field: string | undefined

  constructor(code: string, params: Record<string, string | number> = {}, field?: string) {
    super(code)
    this.name = 'Refusal'
    this.code = code
    this.params = params
    this.field = field
  }
}

/** Nothing answered. Whatever was to be sent is safe to send again. */
export class Offline extends Error {
  override readonly name = 'Offline'
}

/** The system failed. `number` is what a person reads out on the telephone. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly number: string

  constructor(number: string) {
    super(`fault ${number}`)
    this.number = number
  }
}
